import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { recountUnpaid } from '#lib/orders/unpaid/recount-unpaid.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { orderLock, whileLocked } from '#tests/support/faults/crash-steps.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { miscountedOrders } from '#tests/support/unpaid.ts';

/**
 * What broke: processes of the previous release, which run during a deployment, do not know `unpaid_order`.
 * Their orders had no row and were not counted, and their cancellations left rows.
 */

const { databaseUrl } = await openTestShop();
const sku = await addProduct('COUNTED', { available: 1_000 });

/** Places an order as a process of the previous release does. */
async function placedBefore(): Promise<OrderVersion> {
  const order = await placeOrder(sku);
  await db().$executeRaw`DELETE FROM unpaid_order WHERE order_id = ${order.orderId}::uuid`;
  return order;
}

/** Cancels an order as that release does. */
async function cancelledBefore(): Promise<OrderVersion> {
  const order = await placeOrder(sku);
  await cancel(order);
  return order;
}

const cancel = ({ orderId }: OrderVersion) =>
  db().$executeRaw`
    UPDATE orders SET status = 'cancelled', hold_until = NULL WHERE id = ${orderId}::uuid`;

test('a periodic job counts the orders of the previous release, and only those', async () => {
  const right = await placeOrder(sku);
  const missing = await placedBefore();
  const left = await cancelledBefore();
  expect((await miscountedOrders()).toSorted()).toEqual([missing.orderId, left.orderId].toSorted());
  await drainJobs({ limitMs: 30_000 });
  expect(await miscountedOrders()).toEqual([]);
  const counted = await db().unpaidOrder.findMany({ select: { orderId: true } });
  expect(counted.map(({ orderId }) => orderId).toSorted()).toEqual(
    [right.orderId, missing.orderId].toSorted(),
  );
});

test('an order that is being changed is left for the next run', async () => {
  for (const writeBefore of [placedBefore, cancelledBefore]) {
    const { orderId } = await writeBefore();
    await whileLocked(databaseUrl, orderLock(orderId), async () => {
      await recountUnpaid();
      expect(await miscountedOrders()).toContain(orderId);
    });
  }
  await recountUnpaid();
  expect(await miscountedOrders()).toEqual([]);
});

test('a row whose order is not visible yet is kept', async () => {
  const orderId = randomUUID();
  await db().unpaidOrder.create({ data: { emailHash: 1n, orderId, userId: randomUUID() } });
  await recountUnpaid();
  expect(await db().unpaidOrder.count({ where: { orderId } })).toBe(1);
});
