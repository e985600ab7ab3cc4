import { beforeEach, expect, test } from 'vitest';
import { payAndRecord } from '#lib/checkout/pay-and-record.ts';
import { readSubmissionsOf } from '#lib/order-management/proof/read-submissions.ts';
import { db } from '#lib/platform/database/db.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Which request made the order or the attempt, and what the others were. */

const shop = await openPayingShop();
beforeEach(() => shop.redis.restore());

/** The records of a shopper, oldest first. */
async function recordsOf({ userId }: Shopper) {
  await writeRecords();
  return db().submission.findMany({ where: { userId }, orderBy: { at: 'asc' } });
}

/** What the requests were, seen from the shopper's order. */
async function kindsOf(shopper: Shopper): Promise<string[]> {
  await writeRecords();
  const order = await db().order.findFirstOrThrow({ where: { userId: shopper.userId } });
  const { submissions } = await readSubmissionsOf(order);
  return submissions.map(({ kind, outcome }) => `${kind} ${outcome}`);
}

test('an attempt that a form posts is recorded with the redirect that it gets', async () => {
  // What broke: it was recorded as 201 or 402, which no client got.
  const shopper = await shopperWith(callHandlers, await addProduct('FORMPAYS'));
  await shopper.order(await cardBody(shopper, declinedCard));
  const { id } = await orderOf(shopper);
  const attempt = { attempt: 2, method: 'card' as const, token: 'pm_card_visa' };
  const caller = { userId: shopper.userId, ip: undefined, answer: undefined, origin: 'http://shop.test' };
  await payAndRecord({ ...attempt, ...caller, id }, 'a-form-that-pays', { isForm: true });
  await expect(
    payAndRecord({ ...attempt, ...caller, id, attempt: 4 }, 'a-refused-form', { isForm: true }),
  ).rejects.toThrow();
  expect((await recordsOf(shopper)).slice(1)).toMatchObject([
    { requestId: 'a-form-that-pays', status: 303, outcome: 'accepted', made: true },
    { requestId: 'a-refused-form', status: 303, made: false },
  ]);
});

test('an order whose charge has no answer yet is recorded as made by the request that is told to wait', async () => {
  // What broke: a request counted as the one that made the order only if its answer said so.
  const shopper = await shopperWith(callHandlers, await addProduct('UNSETTLED'));
  shop.simulator.addFault({ kind: 'error_before', times: 50 });
  const body = await cardBody(shopper);
  const answer = await shopper.order(body);
  shop.simulator.clearFaults();
  const { id } = await orderOf(shopper);
  expect((await shopper.orderUntilSettled(body)).status).toBe(201);
  const [first, ...later] = await recordsOf(shopper);
  expect(first).toMatchObject({ status: answer.status, made: true, layer: 'order_writer' });
  expect(later.at(-1)).toMatchObject({ status: 201, made: false, orderId: id });
});

test('a first submission that was refused is called the first, and not a repeat', async () => {
  // What broke: a request that did not make the order was called "sent again", also if none came before it.
  const shopper = await shopperWith(callHandlers, await addProduct('SOLDOUT', { available: 0 }));
  const body = await shopper.body();
  expect((await shopper.order(body)).status).toBe(409);
  await db().stock.updateMany({ where: { sku: 'SOLDOUT' }, data: { available: 5 } });
  for (let time = 0; time < 2; time += 1) expect((await shopper.order(body)).status).toBe(201);
  expect(await kindsOf(shopper)).toEqual([
    'first_sent out_of_stock',
    'made_the_order accepted',
    'sent_again replayed',
  ]);
});

test('a first request for an attempt that was refused did not make it', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('ATTEMPTS'));
  await shopper.order(await cardBody(shopper, declinedCard));
  const { id } = await orderOf(shopper);
  for (const attempt of [7, 2, 2]) {
    const next = { attempt, method: 'card', token: 'pm_card_visa' };
    await shopper.send('POST', `/api/orders/${id}/payments`, next);
  }
  expect(await kindsOf(shopper)).toEqual([
    'made_the_order payment_declined',
    'attempt_first_sent wrong_attempt',
    'next_attempt accepted',
    'attempt_sent_again replayed',
  ]);
});
