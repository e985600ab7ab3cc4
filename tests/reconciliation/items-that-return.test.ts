import { expect, test } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { takeStock } from '#lib/stock/take-stock.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openReconciledShop, reconcileAll } from './reconciled-shop.ts';

/**
 * Items that leave the shop and return while orders hold them. What broke: an order that ended while its item was away
 * gave nothing back, and when the item returned, its books differed for ever.
 */

const { order } = await openReconciledShop();

/** With a note, as reconciliation asks for one. */
const change = (statement: Prisma.Sql) =>
  db().$transaction([
    db().$executeRaw`SELECT set_config('once.stock_note', 'the range changes', true)`,
    db().$executeRaw(statement),
  ]);
const remove = (sku: string) => change(Prisma.sql`DELETE FROM stock WHERE sku = ${sku}`);
const add = (sku: string, units: number) =>
  change(Prisma.sql`INSERT INTO stock (sku, available) VALUES (${sku}, ${units}::int)`);
const movementsOf = (sku: string) =>
  db().$queryRaw<object[]>`
    SELECT delta, reason, turn, order_id AS "orderId", note FROM stock_movement
    WHERE sku = ${sku} AND reason <> 'import' ORDER BY created_at, turn DESC`;

test.each([3, 0])('an order that ended while its item was away, with %s units left', async (left) => {
  const sku = await addProduct(`AWAY-${left}`, { available: left + 1 });
  const { userId, orderId } = await order('invoice', sku);
  await remove(sku);
  await cancelOrder({ userId, id: orderId });
  await add(sku, 7);
  expect(await availableOf(sku)).toBe(7);
  expect((await movementsOf(sku)).slice(-2)).toEqual([
    { delta: 1, reason: 'cancellation', turn: 2, orderId, note: null },
    { delta: -1, reason: 'correction', turn: 0, orderId: null, note: expect.stringContaining(orderId) },
  ]);
  expect((await reconcileAll()).found).toEqual([]);
});

test('an order that is taken up again after that, and ends again', async () => {
  const sku = await addProduct('AWAY-TWICE', { available: 1 });
  const key = await order('invoice', sku);
  const { userId, orderId } = key;
  await remove(sku);
  await cancelOrder({ userId, id: orderId });
  expect(await db().$transaction((tx) => takeStock(tx, key))).toBe(false);
  await add(sku, 7);
  expect(await db().$transaction((tx) => takeStock(tx, key))).toBe(true);
  await db().$executeRaw`UPDATE orders SET status = 'paid', ended_by = NULL WHERE id = ${orderId}::uuid`;
  expect((await reconcileAll()).found).toEqual([]);
  await remove(sku);
  await cancelOrder({ userId, id: orderId });
  await add(sku, 2);
  expect((await reconcileAll()).found).toEqual([]);
  expect(await availableOf(sku)).toBe(2);
});

test('an order that ended after its item returned', async () => {
  const sku = await addProduct('BACK-BEFORE', { available: 4 });
  const { userId, orderId } = await order('invoice', sku);
  await remove(sku);
  await add(sku, 7);
  await cancelOrder({ userId, id: orderId });
  expect(await availableOf(sku)).toBe(8);
  expect((await reconcileAll()).found).toEqual([]);
});
