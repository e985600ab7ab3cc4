import { db } from '#lib/platform/database/db.ts';
import { type Discrepancy, discrepancyKinds } from '#lib/reconciliation/discrepancy.ts';
import { repairOf } from '#lib/reconciliation/repair.ts';
import type { Run } from '#lib/reconciliation/runs.ts';

/** The command's output, as text and as JSON. */

export function toJson({ from, to, checked }: Run, discrepancies: readonly Discrepancy[]): string {
  return JSON.stringify({
    window: { from, to },
    checked,
    discrepancies: discrepancies.map(
      ({ id, kind, state, orderId, providerRef, ours, theirs, firstSeenAt }) => ({
        id,
        kind,
        state,
        orderId,
        providerRef,
        ours,
        theirs,
        firstSeenAt,
      }),
    ),
  });
}

export function toText({ from, to, checked }: Run, discrepancies: readonly Discrepancy[]): string {
  const { orders, payments, refunds, charges, skus } = checked;
  const open = discrepancies.filter(({ state }) => state === 'open');
  const done = discrepancies.filter(({ state }) => state === 'resolved');
  return [
    `${from.toISOString()} to ${to.toISOString()}`,
    `${orders} orders, ${payments} payments, ${refunds} refunds, ${charges} charges and ${skus} items were compared.`,
    ...(open.length === 0 ? ['Nothing differs.'] : [`${open.length} open:`, ...open.flatMap(lines)]),
    ...(done.length === 0 ? [] : [`${done.length} resolved:`, ...done.flatMap(lines)]),
    ...(open.length === 0
      ? []
      : ['', 'npm run reconcile -- show <id>  says more about one', ...ofMany(open)]),
  ].join('\n');
}

/** So many of a kind probably have one reason. */
const many = 10;

function ofMany(open: readonly Discrepancy[]): string[] {
  const kinds = Object.entries(Object.groupBy(open, ({ kind }) => kind));
  return kinds
    .filter(([, ofKind]) => ofKind.length >= many)
    .map(
      ([kind]) =>
        `npm run reconcile -- accept ${kind} --note "why"  lists those of this kind, to explain them together`,
    );
}

function lines({ id, kind, subject }: Discrepancy): string[] {
  return [`  ${id}  ${kind}  ${subject}`, `    ${discrepancyKinds[kind]}`];
}

/** Everything about one discrepancy. */
export async function describeDiscrepancy(discrepancy: Discrepancy): Promise<string> {
  const { id, kind, subject, state, orderId, providerRef, ours, theirs, firstSeenAt, lastSeenAt } =
    discrepancy;
  const events = await db().discrepancyEvent.findMany({
    where: { discrepancyId: id },
    orderBy: { version: 'asc' },
  });
  const repair = repairOf(kind);
  return [
    `${kind}  ${state}  ${subject}`,
    `  ${discrepancyKinds[kind]}`,
    `  first seen ${firstSeenAt.toISOString()}, last seen ${lastSeenAt.toISOString()}`,
    `  here       ${said(ours)}`,
    `  elsewhere  ${said(theirs)}`,
    ...(orderId ? [`  order      ${orderId}  (npm run order -- show ${orderId})`] : []),
    ...(providerRef ? [`  provider   ${providerRef}`] : []),
    ...events.map(
      ({ at, what, actor, note }) => `  ${at.toISOString()}  ${what}  ${actor}${note ? `: ${note}` : ''}`,
    ),
    repair
      ? `  npm run reconcile -- repair ${id}\n    ${repair.does}`
      : `  It has no repair. Correct it where it comes from, or explain it:\n  npm run reconcile -- accept ${id} --note "why"`,
  ].join('\n');
}

const said = (what: unknown): string => (what === null ? 'nothing' : JSON.stringify(what));
