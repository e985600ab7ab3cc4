import { setTimeout as sleep } from 'node:timers/promises';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import type { Charge } from '#lib/payment-provider/provider.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { sql } from '#lib/platform/database/db.ts';
import { discrepancyId, type Finding } from '#lib/reconciliation/discrepancy.ts';
import { compareAgain, type Suspects } from '#lib/reconciliation/find/compare.ts';
import { catchUp, insistently, requestsOfLook } from '#lib/reconciliation/list-provider.ts';
import { type By, recordFindings, resolve } from '#lib/reconciliation/record.ts';

/**
 * The second look. A shop sells while it is compared, so a difference may only be a change that has not arrived on
 * the other side yet. What differs twice, some seconds apart, is a discrepancy.
 */

/** Suspects that are compared again together. Each may need a look at the provider. */
const atOnce = 100;

export async function noteSuspects(runId: string, found: readonly Finding[]): Promise<void> {
  if (found.length === 0) return;
  await sql().$executeRaw`
    INSERT INTO reconciliation_suspect (run_id, kind, subject, user_id, order_id, provider_ref)
    SELECT ${runId}::uuid, kind, subject, "userId", "orderId", "providerRef"
    FROM json_to_recordset(${JSON.stringify(found)}::json) AS row (
      kind text, subject text, "userId" uuid, "orderId" uuid, "providerRef" text)
    ON CONFLICT (run_id, kind, subject) DO NOTHING`;
}

type Suspect = Pick<Finding, 'kind' | 'subject' | 'userId' | 'orderId' | 'providerRef'>;

/**
 * Compares the next suspects, and the discrepancies that are open, again. Records those that still differ and
 * resolves the others. Returns the last of them, or undefined when there are no more.
 */
export async function confirmSome(
  after: string | undefined,
  by: By,
  settlingMs: number,
): Promise<string | undefined> {
  const suspects = await readSuspects(by.runId, after);
  if (suspects.length === 0) return undefined;
  if (after === undefined) await sleep(settlingMs);
  await lookAgain(suspects, by);
  return suspects.length < atOnce ? undefined : placeOf(suspects.at(-1) as Suspect);
}

/**
 * Compares these facts again, and records the result. Returns those that still differ. Others that it finds on the way
 * are left to the next run: they were seen once only.
 */
export async function lookAgain(suspects: readonly Suspect[], by: By): Promise<Finding[]> {
  if (takesCards()) await catchUp();
  const asked = new Set(suspects.map(discrepancyId));
  const found = (await compareAgain(keysOf(suspects))).filter((finding) => asked.has(discrepancyId(finding)));
  const confirmed: Finding[] = [];
  for (const finding of found) if (await isConfirmed(finding)) confirmed.push(finding);
  await recordFindings(confirmed, by);
  const still = new Set(confirmed.map(discrepancyId));
  await resolve(
    suspects.map(discrepancyId).filter((id) => !still.has(id)),
    by,
  );
  return confirmed;
}

/** A text that orders suspects, so that a run can be continued after one. */
const placeOf = ({ kind, subject }: Suspect): string => `${kind} ${subject}`;

function readSuspects(runId: string | undefined, after = ''): Promise<Suspect[]> {
  return sql().$queryRaw<Suspect[]>`
    SELECT kind, subject, user_id AS "userId", order_id AS "orderId", provider_ref AS "providerRef" FROM (
      SELECT kind, subject, user_id, order_id, provider_ref FROM reconciliation_suspect
      WHERE run_id = ${runId ?? null}::uuid
      UNION
      SELECT kind, subject, user_id, order_id, provider_ref FROM discrepancy WHERE state <> 'resolved') AS suspect
    WHERE kind || ' ' || subject > ${after} COLLATE "C"
    ORDER BY (kind || ' ' || subject) COLLATE "C" LIMIT ${atOnce}::int`;
}

function keysOf(suspects: readonly Suspect[]): Suspects {
  const orders = new Map(
    suspects.flatMap(({ userId, orderId }) =>
      userId && orderId ? [[`${userId} ${orderId}`, { userId, orderId }] as const] : [],
    ),
  );
  const subjectsOf = (kind: Finding['kind']) =>
    suspects.filter((suspect) => suspect.kind === kind).map(({ subject }) => subject);
  return {
    orders: [...orders.values()],
    charges: suspects.flatMap(({ providerRef }) => providerRef ?? []),
    skus: subjectsOf('stock_differs'),
    movements: subjectsOf('stock_unexplained'),
    days: subjectsOf('closed_day_changed').map((subject) => subject.slice(0, '2026-05-03'.length)),
  };
}

/**
 * Asks the provider about a charge that its balance does not show, or not yet: with some payment methods an entry
 * is late.
 */
async function isConfirmed({ kind, providerRef, subject, ours, theirs }: Finding): Promise<boolean> {
  if (!takesCards() || providerRef === null) return true;
  const mine = ours as { capturedMinor?: number; currency?: string; amountMinor?: number };
  if (kind === 'paid_without_charge') {
    const charge = await look(providerRef);
    return (
      charge?.status !== 'succeeded' ||
      charge.amountMinor !== mine.capturedMinor ||
      charge.currency !== mine.currency
    );
  }
  if (kind === 'refund_differs' && subject === providerRef && theirs === null) {
    const charge = await chargeOfRefund(providerRef);
    const refund = charge?.refunds?.find(({ ref }) => ref === providerRef);
    return refund === undefined || refund.status === 'failed' || refund.amountMinor !== mine.amountMinor;
  }
  return true;
}

const look = async (ref: string): Promise<Charge | undefined> => {
  const provider = await paymentProvider();
  return insistently(() => provider.retrieve(ref, { thorough: true }), requestsOfLook);
};

/** The charge of a refund, by the provider's id of the refund. */
async function chargeOfRefund(ref: string): Promise<Charge | undefined> {
  const [row] = await sql().$queryRaw<{ ref: string | null }[]>`
    SELECT p.provider_ref AS ref FROM refund
    JOIN payment p ON p.user_id = refund.user_id AND p.order_id = refund.order_id AND p.attempt = refund.attempt
    WHERE refund.provider_ref = ${ref}`;
  return row?.ref ? look(row.ref) : undefined;
}
