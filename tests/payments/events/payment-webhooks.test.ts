import { randomUUID } from 'node:crypto';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { bankCard, cardBody, eventually, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** `POST /api/webhooks/payments`: events that are repeated, late, out of order, forged, or missing. */

const { simulator } = await openPayingShop();
const call = conforming(callHandlers);
const stripe = stripeFor(simulator.url);
afterEach(() => expectBooksToAgree(simulator));

async function atTheBank(sku: string): Promise<{ shopper: Shopper; id: string; ref: string }> {
  const shopper = await shopperWith(call, await addProduct(sku));
  await shopper.order(await cardBody(shopper, bankCard));
  // The shop has already heard that the order waits, so only the test queries it again.
  await simulator.flushWebhooks();
  const { id, payments } = await orderOf(shopper);
  return { shopper, id, ref: payments[0]?.providerRef ?? '' };
}

/** An event about a charge as the provider would send it now, with its signature. */
const eventOf = async (ref: string, id: string, type = 'payment_intent.succeeded') =>
  signed(await stripe.paymentIntents.retrieve(ref), id, type);

function signed(object: object, id: string, type: string) {
  const payload = JSON.stringify({ id, object: 'event', type, created: 1, data: { object } });
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: simulator.webhookSecret });
  return { payload, signature };
}

function send({ payload, signature }: { payload: string; signature: string }): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return call('/api/webhooks/payments', { method: 'POST', headers, body: payload });
}

const told = async (response: Response) => [
  response.status,
  ((await response.json()) as { outcome?: string; code?: string }).outcome,
];

test('an order settles by webhook alone when the tab is closed at the bank', async () => {
  const { shopper, id } = await atTheBank('TAB');
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  expect(await eventually(shopper, ({ status }) => status === 'paid')).toMatchObject({
    status: 'paid',
    payments: [{ status: 'succeeded' }],
  });
});

test('an event is applied once, however often it comes', async () => {
  const { shopper, id, ref } = await atTheBank('TWICE');
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: id } });
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  const event = await eventOf(ref, 'evt_twice');
  const answers = await Promise.all([send(event), send(event), send(event)]);
  for (const answer of answers) expect(answer.status).toBe(200);
  expect(await told(await send(event))).toEqual([200, 'already_applied']);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
  const events = await db().orderEvent.count({ where: { orderId: id, toStatus: 'paid' } });
  expect(events).toBe(1);
  expect(await db().paymentEvent.count({ where: { id: 'evt_twice' } })).toBe(1);
});

test('events in any order lead to the same state, because the shop queries the charge instead', async () => {
  const { shopper, id, ref } = await atTheBank('ORDER');
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: id } });
  const early = await eventOf(ref, 'evt_early', 'payment_intent.requires_action');
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  const late = await eventOf(ref, 'evt_late');
  expect(await told(await send(late))).toEqual([200, 'applied']);
  expect(await told(await send(early))).toEqual([200, 'applied']);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
});

test('an event that lies about a charge pays nothing', async () => {
  const { shopper, ref } = await atTheBank('LIE');
  const truth = await stripe.paymentIntents.retrieve(ref);
  const lie = {
    id: 'evt_lie',
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: { ...truth, status: 'succeeded', amount_received: truth.amount } },
  };
  const payload = JSON.stringify(lie);
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: simulator.webhookSecret });
  expect(await told(await send({ payload, signature }))).toEqual([200, 'applied']);
  expect(await orderOf(shopper)).toMatchObject({ status: 'payment_pending' });
});

test.each([
  [
    'another secret',
    (payload: string) => stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_other' }),
  ],
  [
    'an old signature',
    (payload: string) =>
      stripe.webhooks.generateTestHeaderString({
        payload,
        secret: simulator.webhookSecret,
        timestamp: 1_000,
      }),
  ],
  ['no signature', () => ''],
  [
    'a signature of another body',
    () => stripe.webhooks.generateTestHeaderString({ payload: '{}', secret: simulator.webhookSecret }),
  ],
])('an event with %s is refused', async (_, sign) => {
  const payload = JSON.stringify({
    id: 'evt_forged',
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: { object: 'payment_intent', id: 'pi_1' } },
  });
  const response = await send({ payload, signature: sign(payload) });
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'signature_invalid' }]);
  expect(await db().paymentEvent.count({ where: { id: 'evt_forged' } })).toBe(0);
});

test('an event about a charge of another business is recorded and ignored', async () => {
  const strange = await stripe.paymentIntents.create({
    amount: 5_000,
    currency: 'usd',
    metadata: { order_id: 'of another shop' },
  });
  expect(await told(await send(await eventOf(strange.id, 'evt_strange')))).toEqual([200, 'ignored']);
  const gone = { ...(await eventOf(strange.id, 'evt_gone')) };
  gone.payload = gone.payload.replaceAll(strange.id, 'pi_nobody_knows');
  gone.signature = stripe.webhooks.generateTestHeaderString({
    payload: gone.payload,
    secret: simulator.webhookSecret,
  });
  expect(await told(await send(gone))).toEqual([200, 'ignored']);
  expect(await told(await send(gone))).toEqual([200, 'already_applied']);
});

test('an event about a missing order, or about no charge at all, is ignored', async () => {
  const metadata = { user_id: randomUUID(), order_id: randomUUID(), attempt: '1' };
  const lost = await stripe.paymentIntents.create({ amount: 5_000, currency: 'usd', metadata });
  expect(await told(await send(await eventOf(lost.id, 'evt_lost_order')))).toEqual([200, 'ignored']);
  const customer = signed({ object: 'customer', id: 'cus_1' }, 'evt_customer', 'customer.created');
  expect(await told(await send(customer))).toEqual([200, 'ignored']);
  expect(await db().paymentEvent.count({ where: { id: 'evt_customer' } })).toBe(0);
});

test('an event about a refund is applied as soon as the provider can be queried', async () => {
  const shopper = await shopperWith(call, await addProduct('NEWS', { available: 5 }));
  await shopper.order(await cardBody(shopper, 'pm_card_refundFail'));
  await simulator.flushWebhooks();
  const { userId, id: orderId } = await orderOf(shopper);
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId } });
  const id = randomUUID();
  const request = { userId, orderId, id, amountMinor: 500, reason: 'test', actor: eva };
  expect((await refundOrder(request)).status).toBe('succeeded');
  await expect.poll(() => simulator.ledger(orderId)[0]?.refunded).toBe(0);
  const { providerRef } = await db().refund.findFirstOrThrow({ where: { id } });
  const event = signed(await stripe.refunds.retrieve(providerRef ?? ''), 'evt_back', 'refund.failed');
  simulator.addFault({ kind: 'error_before', on: { method: 'GET', path: '^/v1/refunds' } });
  expect((await send(event)).status).toBe(503);
  expect((await orderOf(shopper)).payments).toMatchObject([{ refundedMinor: 500 }]);
  expect(await told(await send(event))).toEqual([200, 'applied']);
  expect((await orderOf(shopper)).payments).toMatchObject([{ refundedMinor: 0 }]);
  expect(await db().refund.findFirstOrThrow({ where: { id } })).toMatchObject({ status: 'failed' });
});

test('an event is refused while the provider cannot be queried, and applied when it is sent again', async () => {
  const { shopper, id, ref } = await atTheBank('AGAIN');
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: id } });
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  const event = await eventOf(ref, 'evt_again');
  simulator.addFault({ kind: 'error_before', on: { method: 'GET', path: ref } });
  const response = await send(event);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await told(await send(event))).toEqual([200, 'applied']);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
});

test('an event is refused, too, if only the second query fails, and applied when it is sent again', async () => {
  const { shopper, id, ref } = await atTheBank('SECOND-LOOK');
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: id } });
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  // The event does not name its order, so the shop looks up the charge first to find it.
  const event = signed({ object: 'charge', payment_intent: ref }, 'evt_second_look', 'charge.updated');
  const provider = await paymentProvider();
  const { retrieve } = provider;
  const looks = vi
    .spyOn(provider, 'retrieve')
    .mockImplementationOnce(retrieve)
    .mockRejectedValueOnce(new UnknownOutcome('retrieve', new Error('reset')));
  onTestFinished(() => looks.mockRestore());
  expect((await send(event)).status).toBe(503);
  expect(await orderOf(shopper)).toMatchObject({ status: 'payment_pending' });
  expect(await told(await send(event))).toEqual([200, 'applied']);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
});

test('a charge of another amount settles nothing', async () => {
  const { shopper, id, ref } = await atTheBank('AMOUNT');
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: id } });
  await db().$executeRaw`UPDATE payment SET amount_minor = amount_minor + 1 WHERE order_id = ${id}::uuid`;
  await answerBank(shopper, `/api/orders/${id}`, 'confirm');
  await send(await eventOf(ref, 'evt_amount'));
  expect(await orderOf(shopper)).toMatchObject({ status: 'payment_pending' });
  await db().$executeRaw`UPDATE payment SET amount_minor = amount_minor - 1 WHERE order_id = ${id}::uuid`;
  await send(await eventOf(ref, 'evt_amount_right'));
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
});
