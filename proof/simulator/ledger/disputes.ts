import { newId } from '#proof/simulator/http/ids.ts';
import { reinstatementOf, withdrawalOf } from './balance.ts';
import { refusal } from './intents.ts';
import type { Charge, Dispute, Intent } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { Outcome } from './outcome.ts';

/** What a cardholder's bank does with a charge. Pure, like the operations on a PaymentIntent. */

export interface NewDispute {
  /** Undefined: everything that was captured and not refunded. */
  amount: number | undefined;
  reason: string;
  /** Unix seconds. Undefined: one week from now. */
  dueBy: number | undefined;
  /** An inquiry: the bank only asks, and withdraws no money yet. */
  inquiry: boolean;
}

const usualTimeForEvidenceSeconds = 7 * 24 * 60 * 60;

export function openDispute(intent: Intent, wanted: NewDispute, { nowMs }: Moment): Outcome {
  const { charge } = intent;
  if (!charge?.captured) return refused(intent, `PaymentIntent ${intent.id} has no charge to dispute.`);
  if (charge.chargedBack) return refused(intent, `Charge ${charge.id} is disputed already.`);
  const left = charge.amountCaptured - charge.amountRefunded;
  const amount = wanted.amount ?? left;
  if (amount < 1 || amount > charge.amountCaptured)
    return refused(intent, `A dispute of charge ${charge.id} can't be about ${amount}.`);
  const id = newId('du');
  const created = seconds(nowMs);
  const withdrawal = wanted.inquiry ? undefined : withdrawalOf(intent, id, amount, nowMs);
  const dispute: Dispute = {
    id,
    created,
    intent: intent.id,
    charge: charge.id,
    amount,
    currency: intent.currency,
    reason: wanted.reason,
    status: wanted.inquiry ? 'warning_needs_response' : 'needs_response',
    dueBy: wanted.dueBy ?? created + usualTimeForEvidenceSeconds,
    submissions: 0,
    transactions: withdrawal ? [withdrawal] : [],
  };
  return {
    status: 200,
    intent: withCharge(intent, { ...charge, disputed: true, chargedBack: !wanted.inquiry }),
    dispute,
    events: ['charge.dispute.created', ...(withdrawal ? ['charge.dispute.funds_withdrawn' as const] : [])],
    movements: withdrawal
      ? [{ kind: 'dispute_withdrawn', intent: intent.id, amount, transaction: withdrawal }]
      : [],
  };
}

/** Sends the shop's evidence to the bank. */
export function submitEvidence(intent: Intent, dispute: Dispute): Outcome {
  const next = { needs_response: 'under_review', warning_needs_response: 'warning_under_review' } as const;
  const { status } = dispute;
  if (status !== 'needs_response' && status !== 'warning_needs_response')
    return refused(intent, `Dispute ${dispute.id} takes no evidence: it is ${status}.`);
  return {
    status: 200,
    intent,
    dispute: { ...dispute, status: next[status], submissions: dispute.submissions + 1 },
    events: ['charge.dispute.updated'],
    movements: [],
  };
}

export const disputeOutcomes = ['won', 'lost', 'prevented'] as const;

export type DisputeOutcome = (typeof disputeOutcomes)[number];

/**
 * Closes a dispute with the decision of the bank, or of the card network before it. An inquiry has no winner.
 */
export function closeDispute(
  intent: Intent,
  dispute: Dispute,
  how: DisputeOutcome,
  { nowMs }: Moment,
): Outcome {
  const { id, status, amount } = dispute;
  const { charge } = intent;
  const isOpen = status.endsWith('needs_response') || status.endsWith('under_review');
  if (!isOpen || !charge) return refused(intent, `Dispute ${id} is closed: it is ${status}.`);
  if (status.startsWith('warning_')) {
    return {
      status: 200,
      intent,
      dispute: { ...dispute, status: 'warning_closed' },
      events: ['charge.dispute.closed'],
      movements: [],
    };
  }
  if (how !== 'won') {
    return {
      status: 200,
      intent,
      dispute: { ...dispute, status: how },
      events: ['charge.dispute.closed'],
      movements: [],
    };
  }
  const reversal = reinstatementOf(intent, id, amount, nowMs);
  return {
    status: 200,
    intent: withCharge(intent, { ...charge, chargedBack: false }),
    dispute: { ...dispute, status: 'won', transactions: [...dispute.transactions, reversal] },
    events: ['charge.dispute.closed', 'charge.dispute.funds_reinstated'],
    movements: [{ kind: 'dispute_reinstated', intent: intent.id, amount, transaction: reversal }],
  };
}

const withCharge = (intent: Intent, charge: Charge): Intent => ({ ...intent, charge });

const refused = (intent: Intent, message: string): Outcome =>
  refusal(400, intent, { type: 'invalid_request_error', message });
