import { db, type Tx } from '#lib/db.ts';
import { logger } from '#lib/logger.ts';
import { paymentProvider } from '#lib/payments/payment-provider.ts';
import { isOver, lockOrder } from '#lib/payments/payment-rows.ts';
import { type ProviderRefund, RefundRefused, UnknownOutcome } from '#lib/payments/provider.ts';

/** Providers keep a key for 24 hours; after that only a look tells whether a refund was made. */
const keyKeptMs = 23 * 3600 * 1000;

export interface RefundKey {
  userId: string;
  orderId: string;
  id: string;
}

export type RefundStatus = 'created' | 'succeeded' | 'failed';

interface RefundRow extends RefundKey {
  attempt: number;
  amountMinor: number;
  status: RefundStatus;
  idempotencyKey: string;
  /** The provider's name of the refund, once there is one. */
  providerRef: string | null;
  /** The provider's name of the charge. */
  chargeRef: string | null;
  ageMs: number;
}

/**
 * Asks the provider for a refund that is recorded, and writes what came of it. Again and again is
 * once. `created` means that the provider is still at it. Throws `UnknownOutcome`: ask again.
 */
export async function settleRefund(key: RefundKey): Promise<RefundStatus> {
  const refund = await readRefund(key);
  if (refund?.status !== 'created') return refund?.status ?? 'failed';
  const answer = await askForRefund(refund);
  if (answer.status === 'pending') {
    await db().$executeRaw`
      UPDATE refund SET provider_ref = ${answer.ref}, version = version + 1, updated_at = now()
      WHERE user_id = ${key.userId}::uuid AND order_id = ${key.orderId}::uuid AND id = ${key.id}::uuid
        AND status = 'created' AND provider_ref IS NULL`;
    return 'created';
  }
  const { status, ref } = answer;
  return db().$transaction((tx) => write(tx, refund, status, ref));
}

/**
 * The provider has news of a refund: one that it was still at is done, or one that was done came back,
 * days later, because the card's account is closed. Throws `UnknownOutcome`.
 */
export async function reviewRefund(key: RefundKey): Promise<void> {
  const refund = await readRefund(key);
  if (refund?.status === 'created') await settleRefund(key);
  if (refund?.status !== 'succeeded' || refund.chargeRef === null) return;
  const made = await (await paymentProvider()).findRefund({ id: refund.id, chargeRef: refund.chargeRef });
  if (made?.status !== 'failed') return;
  logger().error({ orderId: key.orderId, refund: key.id }, 'a refund came back: an operator has to look');
  await db().$transaction((tx) => write(tx, refund, 'failed', made.ref));
}

/** A charge that took no money yet is called off, which is the same to the shopper. */
async function askForRefund(refund: RefundRow): Promise<ProviderRefund | { status: 'failed'; ref: null }> {
  const { id, orderId, idempotencyKey, amountMinor, chargeRef, providerRef } = refund;
  const provider = await paymentProvider();
  if (chargeRef === null) throw new Error(`refund ${id} of order ${orderId} has no charge`);
  const isOld = refund.ageMs > keyKeptMs;
  const made = providerRef || isOld ? await provider.findRefund({ id, chargeRef }) : undefined;
  if (made) return made;
  const charge = await provider.retrieve(chargeRef);
  if (charge && charge.status !== 'succeeded') {
    const { status } = charge.status === 'voided' ? charge : await provider.void(chargeRef);
    if (status === 'voided' || status === 'declined') return { ref: chargeRef, status: 'succeeded' };
  }
  try {
    return await provider.refund({ id, orderId, idempotencyKey, chargeRef, amountMinor });
  } catch (error) {
    if (error instanceof UnknownOutcome && error.keyIsSpent) {
      const found = await provider.findRefund({ id, chargeRef });
      if (found) return found;
    }
    if (!(error instanceof RefundRefused)) throw error;
    logger().error(
      { err: error, orderId, refund: id },
      'the provider refuses a refund: an operator has to look',
    );
    return { status: 'failed', ref: null };
  }
}

async function readRefund({ userId, orderId, id }: RefundKey): Promise<RefundRow | undefined> {
  const [row] = await db().$queryRaw<RefundRow[]>`
    SELECT refund.user_id AS "userId", refund.order_id AS "orderId", refund.id, refund.attempt,
           refund.amount_minor AS "amountMinor", refund.status, refund.idempotency_key AS "idempotencyKey",
           refund.provider_ref AS "providerRef", payment.provider_ref AS "chargeRef",
           (extract(epoch FROM clock_timestamp() - refund.created_at) * 1000)::float8 AS "ageMs"
    FROM refund JOIN payment USING (user_id, order_id, attempt)
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND refund.id = ${id}::uuid`;
  return row;
}

async function write(
  tx: Tx,
  { userId, orderId, id, attempt, amountMinor, status: seen }: RefundRow,
  status: 'succeeded' | 'failed',
  ref: string | null,
): Promise<RefundStatus> {
  const locked = await lockOrder(tx, { userId, orderId });
  const changed = await tx.$executeRaw`
    UPDATE refund SET status = ${status}, provider_ref = coalesce(${ref}, provider_ref),
                      version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND id = ${id}::uuid AND status = ${seen}`;
  if (changed === 0 || status === 'succeeded') return status;
  // The money is still ours, so it can be given back another way. A payment that was refunded whole
  // lives again, unless another attempt has taken its place.
  const another = locked?.payments.some((payment) => !isOver(payment.status));
  await tx.$executeRaw`
    UPDATE payment SET refunded_minor = refunded_minor - ${amountMinor}::int,
                       status = CASE WHEN status = 'refunded' AND ${another !== true} THEN 'succeeded' ELSE status END,
                       version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
  return status;
}
