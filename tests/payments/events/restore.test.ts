import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { recordUnmatchedCharge } from '#lib/payments/events/unmatched-charges.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { backUp } from '#tests/support/faults/restored-database.ts';
import { cardBody, declinedCard, expectBooksToAgree } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/**
 * The database is restored to an earlier moment. The provider, Redis and the shopper's tab know what happened
 * after it. What broke: ids and idempotency keys were random, so the same submission was charged again.
 */

const { simulator, redis, databaseUrl } = await openPayingShop();
const call = conforming(callHandlers);

afterEach(() => expectBooksToAgree(simulator));

interface Lost {
  shopper: Shopper;
  body: OrderBody;
  /** The first answer, which the shopper's tab still shows. */
  answer: string;
  order: { id: string; number: string };
}

/** An order that was paid by card after the backup from which the database is restored. */
async function orderLostInRestore(sku: string): Promise<Lost> {
  const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }));
  const body = await cardBody(shopper, 'pm_card_visa');
  const backup = await backUp(databaseUrl);
  const response = await shopper.order(body);
  expect(response.status).toBe(201);
  const answer = await response.text();
  const { order } = JSON.parse(answer) as Lost;
  // The provider's event about the charge belongs to the lost time.
  await simulator.flushWebhooks();
  await backup.restore();
  expect(await db().order.count({ where: { id: order.id } })).toBe(0);
  return { shopper, body, answer, order };
}

const capturesOf = (orderId: string) => simulator.ledger(orderId).filter(({ live }) => live);

async function expectOneOrderOneCharge({ shopper, order }: Lost, sku: string): Promise<void> {
  const shown = await shopper.request(`/api/orders/${order.id}`);
  expect(await shown.json()).toMatchObject({
    number: order.number,
    status: 'paid',
    payments: [{ attempt: 1, status: 'succeeded' }],
  });
  expect(capturesOf(order.id)).toHaveLength(1);
  expect(await availableOf(sku)).toBe(4);
}

test('with Redis intact, the same submission makes the order again and finds its own charge', async () => {
  const lost = await orderLostInRestore('REDIS-KNOWS');
  const again = await lost.shopper.orderUntilSettled(lost.body);
  expect([again.status, await again.text()]).toEqual([201, lost.answer]);
  await expectOneOrderOneCharge(lost, 'REDIS-KNOWS');
});

test('with Redis emptied, the same submission is charged once', async () => {
  const lost = await orderLostInRestore('REDIS-FORGOT');
  await redis.flush();
  const again = await lost.shopper.orderUntilSettled(lost.body);
  expect([again.status, await again.text()]).toEqual([201, lost.answer]);
  await expectOneOrderOneCharge(lost, 'REDIS-FORGOT');
});

test('with another card, the order is paid by the charge that was already made for it', async () => {
  const lost = await orderLostInRestore('OTHER-CARD');
  const body = { ...lost.body, payment: { method: 'card', token: 'pm_card_mastercard' } };
  expect((await lost.shopper.orderUntilSettled(body)).status).toBe(201);
  await expectOneOrderOneCharge(lost, 'OTHER-CARD');
});

test('a hundred copies at the same time make the order again once', async () => {
  const lost = await orderLostInRestore('MANY-COPIES');
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => lost.shopper.orderUntilSettled(lost.body)),
  );
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts)).toEqual(new Set([lost.answer]));
  await expectOneOrderOneCharge(lost, 'MANY-COPIES');
});

// What broke: the provider repeats its first answer to a key, "succeeded", so the order was paid again.
test('a charge that was refunded while its order was lost does not pay for a repeated submission', async () => {
  const lost = await orderLostInRestore('REFUNDED-SINCE');
  await redis.flush();
  const [charge] = simulator.ledger(lost.order.id);
  await simulator.dashboard.refund(charge?.paymentIntent ?? '');
  await simulator.flushWebhooks();
  await pollEvents();
  expect((await lost.shopper.orderUntilSettled(lost.body)).status).toBe(402);
  const shown = await lost.shopper.request(`/api/orders/${lost.order.id}`);
  expect(await shown.json()).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'refunded' }],
  });
  expect(capturesOf(lost.order.id)).toEqual([]);
});

const payAgain = ({ shopper, order }: Lost, attempt: number, token = 'pm_card_visa') =>
  shopper.send('POST', `/api/orders/${order.id}/payments`, { attempt, method: 'card', token });

/** An order whose first card was declined. What happened after the backup is lost. */
async function lostAfterDecline(
  sku: string,
  {
    backup: at,
    afterBackup,
  }: { backup: 'before' | 'after the decline'; afterBackup: (lost: Lost) => Promise<unknown> },
): Promise<Lost> {
  const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }));
  const body = await cardBody(shopper, declinedCard);
  const before = at === 'before' ? await backUp(databaseUrl) : undefined;
  const response = await shopper.order(body);
  expect(response.status).toBe(402);
  const answer = await response.text();
  const lost = { shopper, body, answer, order: (JSON.parse(answer) as Lost).order };
  await simulator.flushWebhooks();
  const backup = before ?? (await backUp(databaseUrl));
  await afterBackup(lost);
  await simulator.flushWebhooks();
  await backup.restore();
  await redis.flush();
  return lost;
}

const withVisa = ({ body }: Lost) => ({ ...body, payment: { method: 'card', token: 'pm_card_visa' } });

async function expectPaidBySecond({ shopper, order }: Lost): Promise<void> {
  const shown = await shopper.request(`/api/orders/${order.id}`);
  expect(await shown.json()).toMatchObject({
    number: order.number,
    status: 'paid',
    payments: [
      { attempt: 1, status: 'declined' },
      { attempt: 2, status: 'succeeded' },
    ],
  });
  expect(capturesOf(order.id)).toMatchObject([{ attempt: '2' }]);
  expect(await db().unmatchedCharge.count({ where: { orderId: order.id, resolvedAt: null } })).toBe(0);
}

// What broke: attempt 1 was charged, because the shop looked only for a charge of the same attempt.
test('an order that its second card had paid is not charged when it is submitted again with a good card', async () => {
  const lost = await lostAfterDecline('SECOND-CARD', {
    backup: 'before',
    afterBackup: async (made) => expect((await payAgain(made, 2)).status).toBe(201),
  });
  await pollEvents();
  const answers = await Promise.all([1, 2, 3].map(() => lost.shopper.orderUntilSettled(withVisa(lost))));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  await expectPaidBySecond(lost);
  // Later news of the charge is recorded at the attempt that it belongs to.
  await simulator.dashboard.refund(capturesOf(lost.order.id)[0]?.paymentIntent ?? '');
  await simulator.flushWebhooks();
  const shown = await lost.shopper.request(`/api/orders/${lost.order.id}`);
  expect(await shown.json()).toMatchObject({ status: 'refunded' });
});

// What broke: the order was cancelled at the end of its hold, and its money was kept.
test('an order of the backup whose second card is lost is paid by it as soon as the events are read', async () => {
  const lost = await lostAfterDecline('SECOND-LOST', {
    backup: 'after the decline',
    afterBackup: async (made) => expect((await payAgain(made, 2)).status).toBe(201),
  });
  await pollEvents();
  await expectPaidBySecond(lost);
});

test('an order that was cancelled before its charge was known is paid after all, or refunded', async () => {
  const afterBackup = async (made: Lost) => expect((await payAgain(made, 2)).status).toBe(201);
  const held = await lostAfterDecline('CANCELLED-HOLD', { backup: 'after the decline', afterBackup });
  await db().$executeRaw`
    UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${held.order.id}::uuid`;
  await expireHolds();
  await pollEvents();
  await expectPaidBySecond(held);
  const left = await lostAfterDecline('CANCELLED-SHOPPER', { backup: 'after the decline', afterBackup });
  expect((await left.shopper.send('POST', `/api/orders/${left.order.id}/cancel`, {})).status).toBe(200);
  await pollEvents();
  const [refund] = await db().refund.findMany({ where: { orderId: left.order.id } });
  expect(refund).toMatchObject({ attempt: 2, reason: expect.stringMatching(/^a late charge is returned/) });
  await settleRefund({ userId: left.shopper.userId, orderId: left.order.id, id: refund?.id ?? '' });
  expect(capturesOf(left.order.id)).toEqual([]);
});

test('the first request about an order settles it with the charge that exists', async () => {
  const afterBackup = async (made: Lost) => expect((await payAgain(made, 2)).status).toBe(201);
  const lost = await lostAfterDecline('FIRST-ASKED', { backup: 'after the decline', afterBackup });
  // As a process of the previous release does, which records only the charge.
  const charge = await (await paymentProvider()).retrieve(capturesOf(lost.order.id)[0]?.paymentIntent ?? '');
  if (!charge?.attempt) throw new Error('the charge is not there');
  await recordUnmatchedCharge(db(), charge, charge.attempt, 'no_attempt');
  await db().$executeRaw`
    UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${lost.order.id}::uuid`;
  await expireHolds();
  await expectPaidBySecond(lost);
});

// What broke: the key of attempt 2 was spent, and its charge was older than the new row. The charge was not
// found for a day.
test('an attempt that was declined in the lost time is declined again, and the next card pays', async () => {
  const lost = await lostAfterDecline('KEY-SPENT', {
    backup: 'after the decline',
    afterBackup: async (made) => expect((await payAgain(made, 2, declinedCard)).status).toBe(402),
  });
  const provider = await paymentProvider();
  const { find } = provider;
  // Makes the lost attempt more than a minute old, by which the two clocks may differ.
  const minuteMs = 60_000;
  const search = vi
    .spyOn(provider, 'find')
    .mockImplementation((key, since) => find.call(provider, key, new Date(since.getTime() + minuteMs)));
  onTestFinished(() => search.mockRestore());
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await payAgain(lost, 2)).status).toBe(402);
  expect((await payAgain(lost, 3)).status).toBe(201);
  expect(capturesOf(lost.order.id)).toMatchObject([{ attempt: '3' }]);
});
