import { randomUUID } from 'node:crypto';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { cardBody, declinedCard, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, withoutTriggers } from '#tests/support/shop/shop.ts';

/** Captured money that matches no order is kept, counted, and adopted when its submission is repeated. */

// The provider forgets every key immediately, as Stripe does after a day, so no key prevents a second charge.
const { simulator } = await openPayingShop(metricsEnv, { keyLifetimeMs: 1 });
const call = conforming(callHandlers);
const { dashboard } = simulator;
afterEach(() => simulator.clearFaults());

let orders = 0;

async function ordered(token?: string): Promise<{ shopper: Shopper; body: OrderBody; order: OrderInDb }> {
  orders += 1;
  const shopper = await shopperWith(call, await addProduct(`UNMATCHED-${orders}`, { available: 5 }));
  const body = await cardBody(shopper, token);
  await shopper.order(body);
  await simulator.flushWebhooks();
  return { shopper, body, order: await orderOf(shopper) };
}

/** A charge with the shop's metadata, as its own request would have made it. */
async function chargeFor(
  { userId, id, totalMinor }: Pick<OrderInDb, 'userId' | 'id' | 'totalMinor'>,
  attempt = 1,
) {
  const metadata = { user_id: userId, order_id: id, attempt: String(attempt) };
  const { intent } = await dashboard.charge({ amount: totalMinor, currency: 'usd', metadata });
  return intent.id;
}

const unmatchedOf = ({ id: orderId }: Pick<OrderInDb, 'id'>) =>
  db().unmatchedCharge.findMany({ where: { orderId }, orderBy: { firstSeenAt: 'asc' } });

/** Puts the database back to before the order, as a restored backup or a failover that lost it would. */
async function loseOrder({ userId, id: orderId }: OrderInDb): Promise<void> {
  const { cartId } = await db().order.findFirstOrThrow({ where: { id: orderId } });
  for (const table of ['mail', 'order_event', 'order_line', 'refund', 'payment'])
    await db().$executeRawUnsafe(`DELETE FROM ${table} WHERE order_id = $1::uuid`, orderId);
  await withoutTriggers('stock_movement', Prisma.sql`DELETE FROM stock_movement WHERE id = ${orderId}::uuid`);
  await db().$executeRaw`DELETE FROM orders WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  await db()
    .$executeRaw`UPDATE cart SET status = 'open' WHERE user_id = ${userId}::uuid AND id = ${cartId}::uuid`;
  await db().$executeRaw`DELETE FROM payment_event`;
  await db().$executeRaw`DELETE FROM event_cursor`;
}

test('a second charge of a paid attempt is recorded once and does not become the payment’s charge', async () => {
  const { shopper, order } = await ordered();
  const second = await chargeFor(order);
  await simulator.flushWebhooks();
  await pollEvents();
  expect(await unmatchedOf(order)).toMatchObject([
    { providerRef: second, reason: 'second_charge', amountMinor: order.totalMinor, resolvedAt: null },
  ]);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'paid',
    payments: [{ status: 'succeeded', providerRef: order.payments[0]?.providerRef }],
  });
  expect(await readMetrics()).toMatch(/^once_unmatched_charges [1-9]/m);
  // The order's own money is there, so it may be shipped.
  expect(await fulfilOrder({ userId: order.userId, orderId: order.id, actor: eva })).toEqual({
    changed: true,
  });
  // Its owner refunds it in the dashboard, so it is no longer open.
  await dashboard.refund(second);
  await simulator.flushWebhooks();
  expect((await unmatchedOf(order))[0]?.resolvedAt).toBeInstanceOf(Date);
});

test('a charge of another amount, of a missing attempt or of a missing order is recorded with its reason', async () => {
  const { order } = await ordered(declinedCard);
  const more = await chargeFor({ ...order, totalMinor: order.totalMinor + 1 });
  const strayed = await chargeFor(order, 7);
  const unknown = { ...order, id: randomUUID() };
  const lost = await chargeFor(unknown);
  await simulator.flushWebhooks();
  const reasons = [...(await unmatchedOf(order)), ...(await unmatchedOf(unknown))].map(
    ({ providerRef, reason }) => [providerRef, reason],
  );
  expect(reasons.toSorted()).toEqual(
    [
      [more, 'other_amount'],
      [strayed, 'no_attempt'],
      [lost, 'no_order'],
    ].toSorted(),
  );
});

test('a charge of another business at the same provider is ignored', async () => {
  const before = await db().unmatchedCharge.count();
  await dashboard.charge({ amount: 5_000, currency: 'usd', metadata: { order_id: 'of another shop' } });
  await simulator.flushWebhooks();
  await pollEvents();
  expect(await db().unmatchedCharge.count()).toBe(before);
});

test('more events than one page of the list are all read', async () => {
  const provider = await paymentProvider();
  const { listEvents } = provider;
  // Limits a run to one page.
  const lists = vi
    .spyOn(provider, 'listEvents')
    .mockImplementation((range) =>
      listEvents({ ...range, maxPages: range.maxPages === 5 ? 1 : range.maxPages }),
    );
  onTestFinished(() => lists.mockRestore());
  simulator.addFault({ kind: 'webhook_drop', times: 500 });
  const made = await Promise.all(
    Array.from({ length: 130 }, () => dashboard.charge({ amount: 5_000, currency: 'usd' })),
  );
  const refs = made.map(({ intent }) => intent.id);
  await pollEvents();
  expect(lists.mock.calls.length).toBeGreaterThan(2);
  const read = await db().paymentEvent.findMany({
    where: { paymentRef: { in: refs }, appliedAt: { not: null } },
  });
  expect(new Set(read.map(({ paymentRef }) => paymentRef))).toEqual(new Set(refs));
});

// What broke: a database that lost its last commits charged the same submission a second time.
test('a restored shop meets its own charge: the same submission is one order and one charge', async () => {
  const { shopper, body, order } = await ordered();
  const ref = order.payments[0]?.providerRef;
  await loseOrder(order);
  await pollEvents();
  expect(await unmatchedOf(order)).toMatchObject([
    { providerRef: ref, reason: 'no_order', resolvedAt: null },
  ]);
  const again = await shopper.order(body);
  expect([again.status, await again.json()]).toMatchObject([201, { order: { id: order.id } }]);
  expect(await orderOf(shopper)).toMatchObject({
    id: order.id,
    status: 'paid',
    payments: [{ status: 'succeeded', providerRef: ref }],
  });
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor, live: true }]);
  expect((await unmatchedOf(order))[0]?.resolvedAt).toBeInstanceOf(Date);
});

// What broke: a shop was restored from a backup of two days ago. The same submission arrived before its
// worker had read the provider's events, and was charged again.
test('a restored shop that has read no events yet finds its own charge, too', async () => {
  const { shopper, body, order } = await ordered();
  await loseOrder(order);
  await db().$executeRaw`
    INSERT INTO event_cursor (name, read_until) VALUES ('provider_events', now() - interval '2 days')`;
  expect((await shopper.order(body)).status).toBe(201);
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor, live: true }]);
  expect(await orderOf(shopper)).toMatchObject({ id: order.id, status: 'paid' });
});

test('a restored shop does not count a charge that was refunded meanwhile as payment', async () => {
  const { shopper, body, order } = await ordered();
  await loseOrder(order);
  await pollEvents();
  simulator.addFault({ kind: 'webhook_drop', times: 9 });
  await dashboard.refund(order.payments[0]?.providerRef ?? '');
  expect((await shopper.order(body)).status).toBe(402);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
  });
});
