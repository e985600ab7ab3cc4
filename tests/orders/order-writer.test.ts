import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { getCheckout } from '#lib/checkout/get-checkout.ts';
import { submissionSchema } from '#lib/checkout/submission/schema.ts';
import { toOrderRequest } from '#lib/checkout/submission/to-order-request.ts';
import { writeOrders } from '#lib/orders/batch/write-orders.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { db } from '#lib/platform/database/db.ts';
import { statementName } from '#lib/platform/database/statement-name.ts';
import { address, inTurns } from '#proof/harness/shopper/shopper.ts';
import { first } from '#proof/harness/tcp-proxy.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShopBehindProxy } from '#tests/support/shop/test-shop.ts';

/** The writer's transaction alone, over a proxy that can lose the database's replies. */

const { proxy } = await openTestShopBehindProxy();

async function place(sku: string, change: Partial<OrderRequest> = {}): Promise<OrderRequest> {
  const userId = randomUUID();
  await setCartLine({ userId, sku, quantity: 1 });
  const quote = await getCheckout({ userId, shippingMethod: 'standard', country: 'US' });
  const submission = submissionSchema.parse({
    ...quote,
    email: 'ada@example.com',
    shippingMethod: 'standard',
    shippingAddress: address,
    payment: { method: 'invoice' },
  });
  return { ...toOrderRequest(userId, submission), ...change };
}

async function outcomesOf(orderRequests: OrderRequest[]): Promise<(Decision['outcome'] | 'refused')[]> {
  const results = await writeOrders(orderRequests);
  return results.map((result) => (result.status === 'fulfilled' ? result.value.outcome : 'refused'));
}

test('a full batch is one transaction that writes every part of every order', async () => {
  await addProduct('BATCH', { available: 100 });
  const orderRequests = await inTurns(64, () => place('BATCH'));
  expect(new Set(await outcomesOf(orderRequests))).toEqual(new Set(['accepted']));
  const [parts] = await db().$queryRaw<Record<string, number>[]>`
    SELECT count(*)::int AS orders, count(DISTINCT orders.xmin::text)::int AS transactions,
           (SELECT count(*)::int FROM payment WHERE amount_minor = 1749 AND status = 'due') AS payments,
           (SELECT count(*)::int FROM order_event WHERE to_status = 'placed') AS events,
           (SELECT count(*)::int FROM cart WHERE status = 'ordered') AS carts
    FROM orders`;
  expect(parts).toEqual({ orders: 64, transactions: 1, payments: 64, events: 64, carts: 64 });
  expect(await availableOf('BATCH')).toBe(36);
});

test('text reaches the database as it was typed, whatever it means to PostgreSQL', async () => {
  await addProduct('LITERAL', { available: 10 });
  const typed = ['NULL', '{a,b}', '"quoted"', 'C:\\temp\\', "O'Neill; --", '', '\\"', 'ü 😀'];
  const orderRequests = await inTurns(typed.length, async () => place('LITERAL'));
  const named = orderRequests.map((orderRequest, at) => ({
    ...orderRequest,
    shippingAddress: { ...orderRequest.shippingAddress, name: typed[at] ?? '' },
    payment: { method: 'card', token: typed[at] ?? '' } as const,
  }));
  expect(await outcomesOf(named)).toEqual(typed.map(() => 'accepted'));
  const kept = await db().payment.findMany({
    where: { orderId: { in: named.map(({ orderId }) => orderId) } },
    select: { orderId: true, token: true, order: { select: { shippingAddress: true } } },
  });
  const byId = new Map(kept.map((row) => [row.orderId, row]));
  expect(named.map(({ orderId }) => byId.get(orderId)?.token)).toEqual(typed);
  expect(named.map(({ orderId }) => byId.get(orderId)?.order.shippingAddress)).toEqual(
    named.map(({ shippingAddress }) => shippingAddress),
  );
});

test('one job notifies the orders of a batch that are final, and not those paid by card', async () => {
  await addProduct('ANNOUNCED', { available: 10 });
  const card = { payment: { method: 'card', token: 'pm_card_visa' } } as const;
  const [invoices, cards] = [
    await inTurns(3, () => place('ANNOUNCED')),
    await inTurns(2, () => place('ANNOUNCED', card)),
  ];
  const jobs = async () => {
    const rows = await db().$queryRaw<{ payload: { events: unknown[] } }[]>`
      SELECT payload FROM graphile_worker._private_jobs AS jobs
      JOIN graphile_worker._private_tasks AS tasks ON tasks.id = task_id AND identifier = 'announce'
      ORDER BY jobs.id`;
    return rows.map(({ payload }) => payload.events);
  };
  const before = (await jobs()).length;
  await writeOrders([invoices[0], cards[0], invoices[1]] as OrderRequest[]);
  await writeOrders([cards[1]] as OrderRequest[]);
  await writeOrders([invoices[2]] as OrderRequest[]);
  const announced = (await jobs()).slice(before);
  const eventOf = ({ userId, orderId }: OrderRequest) => ({ userId, orderId, version: 1 });
  expect(announced).toEqual([invoices.slice(0, 2).map(eventOf), invoices.slice(2).map(eventOf)]);
  const tokens = await db().payment.findMany({
    where: { orderId: { in: [...cards, ...invoices].map(({ orderId }) => orderId) } },
  });
  expect(tokens.map(({ method, token }) => [method, token]).toSorted()).toEqual([
    ...Array(2).fill(['card', 'pm_card_visa']),
    ...Array(3).fill(['invoice', null]),
  ]);
});

test('one submission that the database refuses does not affect the good ones', async () => {
  await addProduct('GOOD', { available: 100 });
  const orderRequests = await inTurns(9, () => place('GOOD'));
  // Bypasses the schema's check on purpose: jsonb refuses a NUL character.
  const bad = await place('GOOD', {
    shippingAddress: { ...address, name: 'A\u0000' },
  });
  orderRequests.splice(4, 0, bad);
  const outcomes = await outcomesOf(orderRequests);
  expect(outcomes[4]).toBe('refused');
  expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(9);
  expect(await soldOf('GOOD')).toEqual({ orders: 9, quantity: 9 });
  expect(await availableOf('GOOD')).toBe(91);
});

test('a commit whose reply was lost makes one order, and it is reported as new', async () => {
  await addProduct('LOST', { available: 10 });
  for (let round = 0; round < 5; round += 1) {
    const orderRequest = await place('LOST');
    proxy.disturb({ kind: 'lose_reply', to: [statementName('COMMIT')] }, first(1));
    const [result] = await writeOrders([orderRequest]);
    expect(result).toMatchObject({
      status: 'fulfilled',
      value: { outcome: 'accepted', created: true, receipt: { id: orderRequest.orderId } },
    });
  }
  expect(proxy.disturbed()).toBe(5);
  expect(await soldOf('LOST')).toEqual({ orders: 5, quantity: 5 });
  expect(await availableOf('LOST')).toBe(5);
});

test('a connection lost before the commit makes one order too', async () => {
  await addProduct('BEFORE', { available: 10 });
  const orderRequest = await place('BEFORE');
  // The order's id is sent with the statement that writes it, and with none before.
  proxy.disturb({ kind: 'lose_reply', to: [orderRequest.orderId] }, first(1));
  expect(await outcomesOf([orderRequest])).toEqual(['accepted']);
  expect(await soldOf('BEFORE')).toEqual({ orders: 1, quantity: 1 });
});

test('batches that take the same carts and skus in different orders never deadlock and never lose a unit', async () => {
  await addProduct('CROSS-A', { available: 500 });
  await addProduct('CROSS-B', { available: 500 });
  const orderRequests = await inTurns(96, async (index) => {
    const [first, second] = index % 2 ? ['CROSS-A', 'CROSS-B'] : ['CROSS-B', 'CROSS-A'];
    const { userId } = await place(first as string);
    await setCartLine({ userId, sku: second as string, quantity: 1 });
    const quote = await getCheckout({ userId, shippingMethod: 'standard', country: 'US' });
    const template = await place(first as string);
    return { ...template, ...quote, userId };
  });
  const reversed = [...orderRequests].reverse();
  const before = await deadlocks();
  const results = await Promise.all(
    [0, 32, 64].flatMap((at) => [
      writeOrders(orderRequests.slice(at, at + 32)),
      writeOrders(reversed.slice(at, at + 32)),
    ]),
  );
  for (const result of results.flat())
    expect(result).toMatchObject({ status: 'fulfilled', value: { outcome: 'accepted' } });
  expect(await deadlocks()).toBe(before);
  expect(await soldOf('CROSS-A')).toEqual({ orders: 96, quantity: 96 });
  expect(await availableOf('CROSS-A')).toBe(404);
  expect(await availableOf('CROSS-B')).toBe(404);
});

test('a submission that is repeated a day later gets its order, even if only the writer finds it', async () => {
  await addProduct('DAY-AFTER');
  const orderRequest = await place('DAY-AFTER');
  await writeOrders([orderRequest]);
  await db()
    .$executeRaw`UPDATE orders SET placed_at = now() - interval '1 day' WHERE id = ${orderRequest.orderId}::uuid`;
  await db()
    .$executeRaw`UPDATE cart SET updated_at = now() - interval '1 day' WHERE id = ${orderRequest.cartId}::uuid`;
  const [again] = await writeOrders([{ ...orderRequest, orderId: randomUUID() }]);
  expect(again).toMatchObject({
    status: 'fulfilled',
    value: { outcome: 'accepted', created: false, receipt: { id: orderRequest.orderId } },
  });
});

test('a unique key that refuses an order returns the existing order', async () => {
  await addProduct('COLLIDE');
  const orderRequest = await place('COLLIDE');
  await writeOrders([orderRequest]);
  // Simulates that every check before the constraint failed: the cart claims to be open again.
  await db()
    .$executeRaw`UPDATE cart SET status = 'open', updated_at = now() - interval '1 day' WHERE id = ${orderRequest.cartId}::uuid`;
  const [again] = await writeOrders([{ ...orderRequest, orderId: randomUUID() }]);
  expect(again).toMatchObject({
    status: 'fulfilled',
    value: { outcome: 'accepted', created: false, receipt: { id: orderRequest.orderId } },
  });
  expect((await soldOf('COLLIDE')).orders).toBe(1);
});

async function deadlocks(): Promise<number> {
  const [row] = await db().$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  return row?.deadlocks ?? -1;
}
