import type { ComparedAttempt, StrayCharges } from '#lib/order-management/proof/read-charges.ts';
import type { SubmissionOfOrder } from '#lib/order-management/proof/read-submissions.ts';
import { formatMoney } from '#lib/platform/money.ts';
import type { Layer } from '#lib/submissions/trail.ts';
import type { Constraint, WholeProof } from './whole-proof.ts';

/** The proof of an order as text for a person. */
export function describeProof(proof: WholeProof): string {
  const { order, counts, charges, problems, unknown } = proof;
  const money = (minor: number) => formatMoney(minor, order.currency);
  return [
    `Order ${order.number}  ${order.status}  ${money(order.totalMinor)}`,
    `  ${order.id}  placed ${order.placedAt.toISOString()}`,
    `  In the database: orders with its submit token: ${counts.ordersOfToken}, orders of its cart: ${counts.ordersOfCart}, live payments: ${counts.livePayments}`,
    '',
    ...submissionLines(proof),
    '',
    ...edgeLines(proof),
    '',
    'Charges, ours and the provider’s',
    ...charges.attempts.flatMap((attempt) => attemptLines(attempt, money)),
    ...strayLines(charges.strays),
    '',
    'Constraints, from the catalogue of the database',
    ...proof.constraints.map(constraintLine),
    '',
    ...verdict(problems, unknown),
  ].join('\n');
}

const kinds: Record<SubmissionOfOrder['kind'], string> = {
  made_the_order: 'made the order',
  first_sent: 'the first submission',
  same_moment: 'a copy at the same moment',
  sent_again: 'sent again: retry, reload, Back',
  another_page: 'another tab, or an older page',
  next_attempt: 'the next attempt to pay',
  attempt_first_sent: 'the first request for this attempt, which it did not make',
  attempt_sent_again: 'the attempt sent again',
  another_cart: 'the same items from another cart',
};

const layerNames: Record<Layer, string> = {
  gateway: 'gateway, before any work',
  single_flight: 'the process, which was working on it',
  redis: 'Redis claim',
  database: 'database, which had it already',
  order_writer: 'order writer',
  attempt_writer: 'payment writer',
  unique_key: 'unique key of the database',
};

function submissionLines({ submissions, moreSubmissions, keptDays }: WholeProof): string[] {
  const requests = submissions.reduce((sum, { copies }) => sum + copies, 0);
  const kept = keptDays === 0 ? 'for ever' : `for ${keptDays} days`;
  return [
    `Submissions that reached the shop: ${requests}${moreSubmissions ? ', and more' : ''} (records are kept ${kept}; a killed process loses its last second)`,
    ...submissions.map(submissionLine),
  ];
}

function submissionLine(one: SubmissionOfOrder): string {
  const facts = [
    one.at.toISOString(),
    `${one.status} ${one.outcome}`,
    one.attempt !== null && `attempt ${one.attempt}`,
    kinds[one.kind],
    `answered by: ${layerNames[one.layer]}`,
    one.copies > 1 && `${one.copies} requests like this`,
    one.network ?? 'network unknown',
    `${one.tookMs} ms`,
    one.process,
    one.requestId,
    one.traceId && `trace ${one.traceId}`,
  ];
  return `  ${facts.filter(Boolean).join('  ')}`;
}

function edgeLines({ edge, moreSubmissions }: WholeProof): string[] {
  if (!edge) return ['Copies that nginx answered alone: not counted (--edge-log <its access log>)'];
  const { copies, first, last, since, isComplete, recorded, shared, notRecorded, unrecorded } = edge;
  const between = first === undefined ? '' : `, from ${first} to ${last}`;
  const begins = since === undefined ? 'has no line' : `begins at ${since}, after the order`;
  const of = moreSubmissions ? 'shared, not listed or not recorded' : 'shared or not recorded';
  return [
    `Copies that nginx answered alone: ${isComplete ? '' : 'at least '}${copies}${between} (counted in ${edge.files.join(', ')}; the shop never saw them)`,
    ...(isComplete ? [] : [`  The log ${begins}: it may have been moved aside, so name older files, too`]),
    `  Passed on by nginx and listed above: ${recorded}${shared > 0 ? `, and ${shared} that share a row` : ''}`,
    ...(notRecorded > 0
      ? [`  Passed on by nginx, answered with this order, and ${of}: ${notRecorded}, by their ids:`]
      : []),
    ...unrecorded.map((id) => `    ${id}`),
  ];
}

const states: Record<ComparedAttempt['state'], string> = {
  agrees: 'agrees',
  differs: 'DIFFERS',
  open: 'not settled yet',
  not_asked: 'not asked: no card, or no provider is configured',
  no_answer: 'not known',
};

function attemptLines(compared: ComparedAttempt, money: (minor: number) => string): string[] {
  const { ours, theirs, state, reason, differences } = compared;
  const mine = [
    ours.attempt,
    ours.method,
    ours.status,
    money(ours.amountMinor),
    ours.refundedMinor > 0 && `refunded ${money(ours.refundedMinor)}`,
    ours.providerRef,
    ours.declineCode,
    `key ${ours.idempotencyKey}`,
  ];
  return [
    `  ${mine.filter(Boolean).join('  ')}`,
    ...ours.refunds.map((refund) =>
      line(`refund ${refund.id}`, refund.status, money(refund.amountMinor), refund.providerRef),
    ),
    ...ours.disputes.map((dispute) =>
      line(`dispute ${dispute.providerRef}`, dispute.status, money(dispute.amountMinor)),
    ),
    `     provider: ${theirs ? [theirs.status, money(theirs.amountMinor), theirs.ref].filter(Boolean).join('  ') : 'no charge read'}  ${reason ?? states[state]}`,
    ...(theirs?.refunds ?? []).map((refund) =>
      line('  refund', refund.status, money(refund.amountMinor), refund.ref),
    ),
    ...(theirs?.disputes ?? []).map((dispute) =>
      line(`  ${dispute.kind}`, dispute.status, money(dispute.amountMinor), dispute.ref),
    ),
    ...differences.map((difference) => `     DIFFERS: ${difference}`),
  ];
}

const line = (...facts: (string | null | undefined)[]) => `     ${facts.filter(Boolean).join('  ')}`;

function strayLines({ state, reason, charges, lookedThrough }: StrayCharges): string[] {
  const found = charges.map(({ ref, status }) => `  ANOTHER charge of this order: ${ref}  ${status}`);
  switch (state) {
    case 'searched':
      return found.length > 0
        ? found
        : [`  No other charge of this order among the ${lookedThrough} of the provider’s from that time`];
    case 'too_many':
      return [
        ...found,
        `  Not all searched: the provider has more than ${lookedThrough} charges of that time`,
      ];
    case 'no_answer':
      return [...found, `  Other charges of this order: ${reason}`];
    case 'not_asked':
      return [];
  }
}

const constraintLine = ({ kept, definition, table, sentence }: Constraint) =>
  `  ${kept ? 'exists ' : 'MISSING'}  ${table}: ${definition}\n           ${sentence}`;

function verdict(problems: string[], unknown: string[]): string[] {
  if (problems.length > 0)
    return ['Something differs:', ...problems.map((one) => `  ${one}`), ...open(unknown)];
  if (unknown.length > 0) return ['Nothing differs, as far as it is known.', ...open(unknown)];
  return ['One order, at most one charge, and everything agrees.'];
}

const open = (unknown: string[]) =>
  unknown.length === 0 ? [] : ['Not known:', ...unknown.map((one) => `  ${one}`)];
