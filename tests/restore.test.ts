import { afterEach, expect, test } from 'vitest';
import { db } from '#lib/db.ts';
import { pollEvents } from '#lib/payments/poll-events.ts';
import { callHandlers } from '#tests/support/call.ts';
import { conforming } from '#tests/support/conforming.ts';
import { cardBody, expectBooksToAgree } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/paying-shop.ts';
import { backUp } from '#tests/support/restored-database.ts';
import { addProduct, availableOf } from '#tests/support/shop.ts';
import { type OrderBody, type Shopper, shopperWith } from '#tests/support/shopper.ts';

/**
 * The database is restored to an earlier moment. The provider, Redis and the shopper's tab know what
 * came after it. Ids and idempotency keys were random, so the same submission was charged again.
 */

const { till, redis, databaseUrl } = await openPayingShop();
const call = conforming(callHandlers);

afterEach(() => expectBooksToAgree(till));

interface Lost {
  shopper: Shopper;
  body: OrderBody;
  /** The first answer, which the shopper's tab still shows. */
  answer: string;
  order: { id: string; number: string };
}

/** An order that was paid by card after the backup that the database is restored from. */
async function orderLostInRestore(sku: string): Promise<Lost> {
  const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }));
  const body = await cardBody(shopper, 'pm_card_visa');
  const backup = await backUp(databaseUrl);
  const response = await shopper.order(body);
  expect(response.status).toBe(201);
  const answer = await response.text();
  const { order } = JSON.parse(answer) as Lost;
  // The provider's event about the charge belongs to the time that is lost.
  await till.flushWebhooks();
  await backup.restore();
  expect(await db().order.count({ where: { id: order.id } })).toBe(0);
  return { shopper, body, answer, order };
}

const capturesOf = (orderId: string) => till.ledger(orderId).filter(({ live }) => live);

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

test('with Redis intact, the same submission makes the order again and meets its own charge', async () => {
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

test('with another card, the order is paid by the charge that was made for it', async () => {
  const lost = await orderLostInRestore('OTHER-CARD');
  const body = { ...lost.body, payment: { method: 'card', token: 'pm_card_mastercard' } };
  expect((await lost.shopper.orderUntilSettled(body)).status).toBe(201);
  await expectOneOrderOneCharge(lost, 'OTHER-CARD');
});

test('a hundred copies at the same time make the order once again', async () => {
  const lost = await orderLostInRestore('MANY-COPIES');
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => lost.shopper.orderUntilSettled(lost.body)),
  );
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts)).toEqual(new Set([lost.answer]));
  await expectOneOrderOneCharge(lost, 'MANY-COPIES');
});

// What broke: the provider repeats its first answer to a key, "succeeded", and the order was paid again.
test('a charge that was refunded while its order was lost pays for nothing when the submission comes again', async () => {
  const lost = await orderLostInRestore('REFUNDED-SINCE');
  await redis.flush();
  const [charge] = till.ledger(lost.order.id);
  await till.dashboard.refund(charge?.paymentIntent ?? '');
  await till.flushWebhooks();
  await pollEvents();
  expect((await lost.shopper.orderUntilSettled(lost.body)).status).toBe(402);
  const shown = await lost.shopper.request(`/api/orders/${lost.order.id}`);
  expect(await shown.json()).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'refunded' }],
  });
  expect(capturesOf(lost.order.id)).toEqual([]);
});
