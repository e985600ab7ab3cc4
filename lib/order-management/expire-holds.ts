import { endOrder } from '#lib/order-management/end-order.ts';
import { byJob } from '#lib/orders/actor.ts';
import { isHoldOver } from '#lib/orders/order-rows.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { recountUnpaid } from '#lib/orders/unpaid/recount-unpaid.ts';
import { isBeingCharged, isOpen, lockOrder, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Limits of one run: the number of orders, processed one after another, and the time. The next run, a minute
 * later, continues. Orders that need no answer from the provider come first. Otherwise the order is random,
 * so that orders which cannot be ended now don't block the others forever.
 */
const maxExpired = 1_000;
const runMs = 40_000;

const actor = byJob('expire_holds');

/** Unpaid, and without a charge under way that can't be cancelled. */
const expirable: readonly OrderStatus[] = ['placed', 'payment_pending', 'payment_declined'];

interface Key {
  userId: string;
  orderId: string;
}

/**
 * Cancels unpaid orders whose hold has expired and releases their stock. First, an open attempt is settled
 * with the provider: a successful charge pays its order, and a charge that waits for the shopper's bank is
 * cancelled. An order whose payment is unknown or is being processed by a bank keeps its stock until there
 * is an answer. An invoice that was not paid in time becomes void. Last, the count of unpaid orders is
 * corrected.
 */
export async function expireHolds(): Promise<void> {
  const keys = await db().$queryRaw<Key[]>`
    SELECT user_id AS "userId", id AS "orderId" FROM orders
    WHERE hold_until < now() AND status = ANY(${expirable}::text[])
    ORDER BY status = 'payment_pending', random() LIMIT ${maxExpired}`;
  const until = performance.now() + runMs;
  for (const key of keys) {
    if (performance.now() > until) break;
    try {
      await expireHold(key);
    } catch (error) {
      // A failure does not stop the other orders; the next run retries this one.
      logger().error({ err: error, orderId: key.orderId }, 'a hold could not be ended');
    }
  }
  await recountUnpaid();
}

/** The same for one order. Does nothing while its hold continues, or its payment has no outcome. */
export async function expireHold(key: Key): Promise<void> {
  await settlePayment({
    key,
    ask: async (payment) => ((await mayCallOff(payment)) ? cancelCharge(payment) : undefined),
    actor,
  });
  await db().$transaction((tx) => expire(tx, key));
}

/**
 * Whether an attempt of any age may be cancelled. The hold is read again, because an attempt that began after
 * the order was found extends it. A payment that is being charged or unknown is not cancelled either: its
 * charge may be under way and not visible at the provider yet.
 */
async function mayCallOff(payment: PaymentRow): Promise<boolean> {
  const { status } = payment;
  const canBe = status === 'requires_action' || (status === 'created' && !isBeingCharged(payment));
  return canBe && (await isHoldOver(db(), payment));
}

/** Checks all conditions again under the lock, because the order may have changed since it was found. */
async function expire(tx: Tx, key: Key): Promise<void> {
  const locked = await lockOrder(tx, key);
  if (!locked) return;
  const { order, payments } = locked;
  if (!expirable.includes(order.status) || payments.some(({ status }) => isOpen(status))) return;
  const [row] = await tx.$queryRaw<{ over: boolean }[]>`
    SELECT hold_until < now() AS over FROM orders
    WHERE user_id = ${key.userId}::uuid AND id = ${key.orderId}::uuid`;
  if (!row?.over) return;
  const reason = 'it was not paid before its hold was over';
  await endOrder(tx, { ...locked, userId: key.userId }, { actor, reason });
}
