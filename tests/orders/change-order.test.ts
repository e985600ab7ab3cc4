import { expect, test } from 'vitest';
import { canBecome, changeOrder, type OrderChange } from '#lib/orders/change-order.ts';
import { orderStatuses } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** The single function that changes an order. A refused change leaves the order as it was. */

await openTestShop();
const sku = await addProduct('CHANGES');

type Key = Pick<OrderChange, 'userId' | 'orderId'>;

const change = (key: Key, what: Pick<OrderChange, 'version' | 'from' | 'to'>) =>
  db().$transaction((tx) => changeOrder(tx, { ...key, ...what, actor: eva, reason: 'test' }));

async function told({ userId, orderId }: Key) {
  const order = await db().order.findFirstOrThrow({ where: { userId, id: orderId } });
  const events = await db().orderEvent.findMany({ where: { userId, orderId }, orderBy: { version: 'asc' } });
  return { status: order.status, version: order.version, events: events.map(({ toStatus }) => toStatus) };
}

test('of two changes that saw the same version of an order, one succeeds and the other is told', async () => {
  const { userId, orderId } = await placeOrder(sku);
  const key = { userId, orderId };
  const results = await Promise.allSettled([
    change(key, { version: 1, from: 'placed', to: 'fulfilled' }),
    change(key, { version: 1, from: 'placed', to: 'cancelled' }),
  ]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'order_changed' } },
  ]);
  const { status, ...rest } = await told(key);
  expect(rest).toEqual({ version: 2, events: ['placed', status] });
  // A notification was queued for the change that succeeded, and for no other.
  const announced = await db().$queryRaw`
    SELECT payload FROM graphile_worker._private_jobs
    WHERE payload::jsonb @> ${JSON.stringify({ events: [{ orderId }] })}::jsonb ORDER BY id`;
  expect(announced).toEqual([
    { payload: { events: [{ ...key, version: 1 }] } },
    { payload: { events: [{ ...key, version: 2 }] } },
  ]);
});

test('an order in another status than expected is left as it is', async () => {
  const { userId, orderId } = await placeOrder(sku);
  const key = { userId, orderId };
  const wrong = change(key, { version: 1, from: 'payment_declined', to: 'cancelled' });
  await expect(wrong).rejects.toMatchObject({ code: 'order_changed' });
  expect(await told(key)).toEqual({ status: 'placed', version: 1, events: ['placed'] });
});

test('an order takes only transitions that its status allows', async () => {
  const { userId, orderId } = await placeOrder(sku);
  const key = { userId, orderId };
  await expect(change(key, { version: 1, from: 'placed', to: 'payment_unknown' })).rejects.toThrow(
    'an order cannot go from placed to payment_unknown',
  );
  expect(await told(key)).toEqual({ status: 'placed', version: 1, events: ['placed'] });
});

test('an occurrence that does not change an order is still an event of it', async () => {
  const { userId, orderId } = await placeOrder(sku);
  const key = { userId, orderId };
  await change(key, { version: 1, from: 'placed', to: 'placed' });
  expect(await told(key)).toEqual({ status: 'placed', version: 2, events: ['placed', 'placed'] });
});

test('an order is not cancelled while money may be on its way, and refunded units are not sold again', () => {
  const into = (status: (typeof orderStatuses)[number]) =>
    orderStatuses.filter((from) => canBecome(from, status));
  // A `refunded` order can only return to its former status: its refund failed.
  expect(into('cancelled')).toEqual(['placed', 'payment_pending', 'payment_declined', 'paid', 'refunded']);
  expect(into('fulfilled')).toEqual(['placed', 'paid', 'refunded']);
  expect(into('refunded')).toEqual(['paid', 'fulfilled', 'cancelled']);
  expect(into('placed')).toEqual([]);
  expect(orderStatuses.filter((to) => canBecome('refunded', to))).toEqual(['fulfilled', 'cancelled']);
  expect(orderStatuses.filter((to) => canBecome('cancelled', to))).toEqual(['paid', 'refunded']);
  expect(orderStatuses.filter((to) => canBecome('payment_processing', to))).toEqual([
    'payment_declined',
    'paid',
  ]);
});
