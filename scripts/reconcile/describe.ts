import { db, sql } from '#lib/platform/database/db.ts';
import { type Discrepancy, discrepancyKinds, whatToDo } from '#lib/reconciliation/discrepancy.ts';
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

export async function toText(
  { from, to, checked }: Run,
  discrepancies: readonly Discrepancy[],
): Promise<string> {
  const numbers = await numbersOf(discrepancies);
  const lines = ({ id, kind, subject, orderId }: Discrepancy) => {
    const number = numbers.get(orderId ?? '');
    return [
      `  ${id}  ${kind}  ${subject}${number ? `  order ${number}` : ''}`,
      `    ${discrepancyKinds[kind]}`,
    ];
  };
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

/** The number of each order that exists. */
async function numbersOf(discrepancies: readonly Discrepancy[]): Promise<Map<string, string>> {
  const keys = discrepancies.filter(({ userId, orderId }) => userId !== null && orderId !== null);
  const rows = await sql().$queryRaw<{ id: string; number: string }[]>`
    SELECT orders.id, orders.number FROM orders
    JOIN unnest(${keys.map(({ userId }) => userId)}::uuid[], ${keys.map(({ orderId }) => orderId)}::uuid[])
      AS key (user_id, id) ON orders.user_id = key.user_id AND orders.id = key.id`;
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** Everything about one discrepancy. */
export async function describeDiscrepancy(discrepancy: Discrepancy): Promise<string> {
  const { id, kind, subject, state, orderId, providerRef, ours, theirs, firstSeenAt, lastSeenAt } =
    discrepancy;
  const events = await db().discrepancyEvent.findMany({
    where: { discrepancyId: id },
    orderBy: { version: 'asc' },
  });
  const number = (await numbersOf([discrepancy])).get(orderId ?? '');
  return [
    `${kind}  ${state}  ${subject}`,
    `  ${discrepancyKinds[kind]}`,
    `  first seen ${firstSeenAt.toISOString()}, last seen ${lastSeenAt.toISOString()}`,
    `  here       ${said(ours)}`,
    `  elsewhere  ${said(theirs)}`,
    ...(number ? [`  order      ${number}  (npm run order -- proof ${number})`] : []),
    ...(orderId && !number ? [`  order      ${orderId}, which does not exist here`] : []),
    ...(providerRef ? [`  provider   ${providerRef}`] : []),
    ...events.map(
      ({ at, what, actor, note }) => `  ${at.toISOString()}  ${what}  ${actor}${note ? `: ${note}` : ''}`,
    ),
    ...(state === 'open' ? choices(discrepancy) : []),
  ].join('\n');
}

function choices({ id, kind }: Discrepancy): string[] {
  const repair = repairOf(kind);
  const advice = whatToDo[kind];
  return [
    ...(advice ? [`  ${advice}`] : []),
    ...(repair ? [`  npm run reconcile -- repair ${id} --note "why"`, `    ${repair.does}`] : []),
    `  npm run reconcile -- accept ${id} --note "why"`,
    '    keeps it as it is, until one side changes',
  ];
}

const said = (what: unknown): string => (what === null ? 'nothing' : JSON.stringify(what));
