import type { AttemptKey, Charge } from '#lib/payment-provider/provider.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Money at the provider that matches no order. It is recorded, counted (`once_unmatched_charges`) and not
 * refunded automatically: when the submission that it was charged for is repeated, it pays the order. If
 * only the attempt was lost, the attempt's row is recreated; see `restore-attempt.ts`.
 */

type Mismatch = 'no_order' | 'no_attempt' | 'other_amount' | 'second_charge';

/**
 * Why a charge doesn't match the payment: another amount or currency, or another charge than the known one.
 */
export function mismatchOf(finding: Finding, payment: PaymentRow): Mismatch | undefined {
  if (typeof finding === 'string' || isBackInPart(finding, payment)) return undefined;
  const { amountMinor, currency, providerRef } = payment;
  if (finding.amountMinor !== amountMinor || finding.currency !== currency) return 'other_amount';
  const isAnother = providerRef !== null && finding.ref !== undefined && finding.ref !== providerRef;
  return isAnother ? 'second_charge' : undefined;
}

/** Only a part was captured. That pays no order, but all of it can be refunded. */
function isBackInPart(charge: Charge, { status, amountMinor, currency, providerRef }: PaymentRow): boolean {
  const isPart = charge.status === 'succeeded' && charge.amountMinor < amountMinor;
  const isOwn = charge.ref === providerRef && charge.currency === currency;
  return isPart && isOwn && (status === 'returning' || status === 'refunded');
}

/** Writes one row per charge, however often it is seen. A new charge that holds no money is not recorded. */
export async function recordUnmatchedCharge(
  tx: Tx,
  charge: Finding,
  { userId, orderId, attempt }: AttemptKey,
  reason: Mismatch,
): Promise<void> {
  if (typeof charge === 'string' || charge.ref === undefined) return;
  const { ref, amountMinor, currency } = charge;
  const [row] = await tx.$queryRaw<{ isNew: boolean }[]>`
    INSERT INTO unmatched_charge (provider_ref, order_id, attempt, user_id, amount_minor, currency, reason, resolved_at)
    SELECT ${ref}, ${orderId}::uuid, ${attempt}::int, ${userId}::uuid, ${amountMinor}::int, ${currency}, ${reason}, NULL
    WHERE ${holdsMoney(charge)} OR EXISTS (SELECT 1 FROM unmatched_charge WHERE provider_ref = ${ref})
    ON CONFLICT (provider_ref) DO UPDATE
      SET last_seen_at = now(),
          resolved_at = CASE WHEN ${holdsMoney(charge)} THEN NULL ELSE coalesce(unmatched_charge.resolved_at, now()) END
    RETURNING first_seen_at = last_seen_at AS "isNew"`;
  if (!row?.isNew) return;
  logger().error({ orderId, attempt, charge: ref, reason }, 'a charge holds money that matches no order');
}

export const holdsMoney = ({ status, amountMinor, refundedMinor = 0 }: Charge): boolean =>
  status === 'authorized' || (status === 'succeeded' && refundedMinor < amountMinor);

/**
 * Marks an unmatched charge as resolved: its attempt exists after all and has adopted it. Returns the
 * charge's provider reference; undefined when there was none.
 */
export async function adoptUnmatchedCharge(
  tx: Tx,
  { orderId, attempt }: Pick<AttemptKey, 'orderId' | 'attempt'>,
): Promise<string | undefined> {
  const [row] = await tx.$queryRaw<{ providerRef: string }[]>`
    UPDATE unmatched_charge SET resolved_at = now(), last_seen_at = now()
    WHERE provider_ref = (
      SELECT provider_ref FROM unmatched_charge
      WHERE order_id = ${orderId}::uuid AND attempt = ${attempt}::int AND resolved_at IS NULL
      ORDER BY first_seen_at LIMIT 1)
    RETURNING provider_ref AS "providerRef"`;
  return row?.providerRef;
}
