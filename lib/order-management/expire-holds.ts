import { requestAll } from '#lib/order-management/refund-order.ts';
import { endOrder } from '#lib/orders/end-order.ts';
import { isHoldOver } from '#lib/orders/order-rows.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { recountUnpaid } from '#lib/orders/unpaid/recount-unpaid.ts';
import { isBeingCharged, isOpen, lockOrder, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Ended in one run, one after the other, for as long: the rest comes with the next minute's. First
 * those that need no word of the provider, and in no order, so that some which cannot be ended now
 * don't stand before the others for ever.
 */
const maxExpired = 1_000;
const runMs = 40_000;

/** For people, in the order's events. */
const actor = 'job:expire_holds';

/** Unpaid, and no money under way that can't be called off. */
const expirable: readonly OrderStatus[] = ['placed', 'payment_pending', 'payment_declined'];

interface Key {
  userId: string;
  orderId: string;
}

/**
 * Cancels unpaid orders whose hold is over and puts their stock back. The provider is asked about an
 * open attempt first: one that was paid after all is paid, one that waits for the shopper at their
 * bank is called off. An order whose payment is unknown, or which a bank processes, keeps its stock
 * until there is an answer. An invoice that was not paid in time is void. Last, the count of unpaid orders is put right.
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
      await settlePayment({
        key,
        ask: async (payment) => ((await mayCallOff(payment)) ? cancelCharge(payment) : undefined),
        actor,
      });
      await db().$transaction((tx) => expire(tx, key));
    } catch (error) {
      // One that fails keeps no other waiting; the next run meets it again.
      logger().error({ err: error, orderId: key.orderId }, 'a hold could not be ended');
    }
  }
  await recountUnpaid();
}

/**
 * Whether an attempt may be called off, however young it is: not one that began after its order was
 * found and renewed the hold, so the hold is looked at again. Nor one that is being charged, or that is
 * unknown: its charge may be under way without standing in the provider's book yet.
 */
async function mayCallOff(payment: PaymentRow): Promise<boolean> {
  const { status } = payment;
  const canBe = status === 'requires_action' || (status === 'created' && !isBeingCharged(payment));
  return canBe && (await isHoldOver(db(), payment));
}

/** Whatever was true when the order was found is looked at again under its lock. */
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
  // A refund of it may have failed: what the shop holds of an order that ends is asked for again.
  const { amountMinor } = await requestAll(tx, locked, { actor, reason });
  await endOrder(tx, { ...order, userId: key.userId }, { endedBy: 'hold', actor, reason, amountMinor });
}
