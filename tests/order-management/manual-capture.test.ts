import { randomUUID } from 'node:crypto';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { orderNews } from '#components/orders/status/order-news.ts';
import { notify } from '#lib/notifications/notify.ts';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { readOrderMoney } from '#lib/orders/money/order-money.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { eva, settling } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { miscountedOrders } from '#tests/support/unpaid.ts';

/** PAYMENT_CAPTURE=manual: the amount is authorised with the order, and captured when it is fulfilled. */

const { simulator } = await openPayingShop({ PAYMENT_CAPTURE: 'manual' });
const call = conforming(callHandlers);
afterEach(() => expectBooksToAgree(simulator));

async function authorised(sku: string) {
  const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }));
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  // The shop looks up the charge when it gets the event. That must happen before the test changes it.
  await simulator.flushWebhooks();
  const order = await orderOf(shopper);
  expect(order).toMatchObject({ status: 'paid', payments: [{ status: 'authorized' }] });
  return { shopper, order, key: { userId: order.userId, orderId: order.id } };
}

const actor = eva;

test('the money is captured when the order is fulfilled, once', async () => {
  const { shopper, order, key } = await authorised('CAPTURE');
  expect(simulator.ledger(order.id)).toMatchObject([{ authorized: order.totalMinor, captured: 0 }]);
  expect(await fulfilOrder({ ...key, actor })).toEqual({ changed: true });
  expect(await fulfilOrder({ ...key, actor })).toEqual({ changed: false });
  expect(await orderOf(shopper)).toMatchObject({ status: 'fulfilled', payments: [{ status: 'succeeded' }] });
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor }]);
});

test('an order whose amount is still only authorised is not fulfilled, whatever happened to an earlier card', async () => {
  const shopper = await shopperWith(call, await addProduct('CAPTURE-STAYS', { available: 5 }));
  await shopper.order(await cardBody(shopper, declinedCard));
  const { id: orderId, userId } = await orderOf(shopper);
  const second = { attempt: 2, method: 'card', token: 'pm_card_visa' };
  expect((await shopper.send('POST', `/api/orders/${orderId}/payments`, second)).status).toBe(201);
  const provider = await paymentProvider();
  // The provider's answer while another capture runs at the same moment.
  const capture = vi.spyOn(provider, 'capture').mockImplementationOnce(async (ref) => {
    const charge = await provider.retrieve(ref);
    return charge ?? expect.unreachable();
  });
  onTestFinished(() => capture.mockRestore());
  await expect(fulfilOrder({ userId, orderId, actor })).rejects.toMatchObject({
    code: 'not_fulfillable',
    message: expect.stringContaining('Its payment is only authorised and could not be captured.'),
  });
  expect(await orderOf(shopper)).toMatchObject({
    status: 'paid',
    payments: [{ status: 'declined' }, { status: 'authorized' }],
  });
  expect(await fulfilOrder({ userId, orderId, actor })).toEqual({ changed: true });
  expect(capture).toHaveBeenCalledTimes(2);
  expect(capture).toHaveBeenLastCalledWith(expect.stringMatching(/^pi_/), `capture:${orderId}:2`);
});

// What broke, found by an attacker: the command refused the order, but had already captured the money.
test('an order that must not be shipped is not captured: its amount stays authorised', async () => {
  const { shopper, order, key } = await authorised('CAPTURE-REVIEW');
  const { review } = await simulator.dashboard.openReview(order.payments[0]?.providerRef ?? '', 'rule');
  await expect(fulfilOrder({ ...key, actor })).rejects.toMatchObject({
    code: 'not_fulfillable',
    message: expect.stringContaining('The payment provider reviews its payment (rule).'),
  });
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'authorized' }] });
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: 0 }]);
  await simulator.dashboard.closeReview(review?.id ?? '', 'approved');
  await simulator.flushWebhooks();
  expect(await fulfilOrder({ ...key, actor })).toEqual({ changed: true });
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor }]);
});

test('fulfilling an order that is already captured, or paid by invoice, asks the provider nothing', async () => {
  const capture = vi.spyOn(await paymentProvider(), 'capture');
  onTestFinished(() => capture.mockRestore());
  const { shopper, order, key } = await authorised('CAPTURE-DONE');
  await stripeFor(simulator.url).paymentIntents.capture(order.payments[0]?.providerRef ?? '');
  await simulator.flushWebhooks();
  expect((await orderOf(shopper)).payments).toMatchObject([{ status: 'succeeded' }]);
  expect(await fulfilOrder({ ...key, actor })).toEqual({ changed: true });
  const invoiced = await shopperWith(call, await addProduct('INVOICE', { available: 5 }));
  expect((await invoiced.order(await invoiced.body())).status).toBe(201);
  const { id: orderId, userId } = await orderOf(invoiced);
  expect(await fulfilOrder({ userId, orderId, actor })).toEqual({ changed: true });
  expect(capture).not.toHaveBeenCalled();
});

test('an order whose capture got no answer is not fulfilled, and is on the next attempt', async () => {
  const { shopper, order, key } = await authorised('CAPTURE-LOST');
  simulator.addFault({ kind: 'error_after', on: { path: '/capture$' } });
  await expect(fulfilOrder({ ...key, actor })).rejects.toMatchObject({ name: 'UnknownOutcome' });
  expect((await orderOf(shopper)).status).toBe('paid');
  expect(await fulfilOrder({ ...key, actor })).toEqual({ changed: true });
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor }]);
});

test('the charge of an order that is cancelled before its capture is cancelled, not refunded', async () => {
  const { shopper, order } = await authorised('CAPTURE-CANCEL');
  expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
  expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
  expect(simulator.ledger(order.id)).toMatchObject([{ voided: order.totalMinor, refunded: 0, live: false }]);
  const refunds = await db().refund.findMany({ where: { orderId: order.id } });
  expect(refunds).toMatchObject([{ status: 'succeeded', providerRef: order.payments[0]?.providerRef }]);
  expect(await availableOf('CAPTURE-CANCEL')).toBe(5);
  // What broke: page and email said that the amount was refunded. It was never captured.
  const { userId, id } = order;
  const view = (await getOrder({ userId, id })) ?? expect.unreachable();
  const page = orderNews(view, { decline: '', ...(await readOrderMoney({ userId, id })) }).join(' ');
  expect(page).toBe(
    'You cancelled this order. Nothing was charged, and the $17.49 reserved on your card is released.',
  );
  const events = await db().orderEvent.findMany({ where: { orderId: id } });
  await notify({ events: events.map(({ version }) => ({ userId, orderId: id, version })) });
  const { subject, body } = await db().mail.findFirstOrThrow({ where: { orderId: id, kind: 'refunded' } });
  expect(subject).toMatch(/^The amount reserved for your order .* is released$/);
  expect(body.replaceAll('\n', ' ')).toContain(
    'Nothing was charged, and the $17.49 reserved on your card is released.',
  );
});

test('an order that is cancelled while its money is captured in the provider’s dashboard is refunded', async () => {
  const { shopper, order } = await authorised('CAPTURE-MEANWHILE');
  const provider = await paymentProvider();
  const { void: cancelCharge } = provider;
  const meanwhile = vi.spyOn(provider, 'void').mockImplementation(async (ref) => {
    await stripeFor(simulator.url).paymentIntents.capture(ref);
    return cancelCharge(ref);
  });
  onTestFinished(() => meanwhile.mockRestore());
  expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
  expect(meanwhile).toHaveBeenCalledOnce();
  expect(simulator.ledger(order.id)).toMatchObject([
    { captured: order.totalMinor, refunded: order.totalMinor },
  ]);
  expect(await db().refund.findMany({ where: { orderId: order.id } })).toMatchObject([
    { status: 'succeeded', providerRef: expect.stringMatching(/^re_/) },
  ]);
});

test('an authorisation that was cancelled in the provider’s dashboard is not cancelled again', async () => {
  const { shopper, order } = await authorised('CAPTURE-GONE');
  const ref = order.payments[0]?.providerRef ?? '';
  simulator.addFault({ kind: 'webhook_drop', times: 5, on: { orderId: order.id } });
  await stripeFor(simulator.url).paymentIntents.cancel(ref);
  simulator.addFault({ kind: 'error_before', on: { path: '/cancel$' } });
  expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
  expect(simulator.faultsLeft()).toBeGreaterThan(0);
  simulator.clearFaults();
  expect(await db().refund.findMany({ where: { orderId: order.id } })).toMatchObject([
    { status: 'succeeded' },
  ]);
});

test('an authorised amount cannot be refunded in part, and a full refund cancels the charge', async () => {
  const { key } = await authorised('CAPTURE-PART');
  const part = { ...key, id: randomUUID(), amountMinor: 100, reason: 'test', actor };
  await expect(refundOrder(part)).rejects.toMatchObject({
    code: 'not_refundable',
    message: expect.stringContaining('only authorised'),
  });
  expect(await refundOrder({ ...part, amountMinor: undefined })).toEqual({
    created: true,
    status: 'succeeded',
  });
  expect(simulator.ledger(key.orderId)).toMatchObject([{ captured: 0, refunded: 0, live: false }]);
});

test('an order whose authorisation lapsed is not fulfilled and waits for another card', async () => {
  const { shopper, order, key } = await authorised('CAPTURE-LAPSED');
  await stripeFor(simulator.url).paymentIntents.cancel(order.payments[0]?.providerRef ?? '');
  await settlePayment({ key, ask: queryCharge, actor: settling });
  await expect(fulfilOrder({ ...key, actor })).rejects.toMatchObject({ code: 'not_fulfillable' });
  expect(await (await shopper.request(`/api/orders/${order.id}`)).json()).toMatchObject({
    status: 'payment_declined',
    payable: { attempt: 2 },
    holdUntil: expect.any(String),
    payments: [{ status: 'voided' }],
  });
  // It was paid and is unpaid again, so it counts as unpaid.
  expect(await db().unpaidOrder.count({ where: { orderId: order.id } })).toBe(1);
  expect(await miscountedOrders()).toEqual([]);
});

test('a look-up that another write has made stale is repeated', async () => {
  const { shopper, order, key } = await authorised('CAPTURE-STALE');
  let looks = 0;
  await settlePayment({
    key,
    async ask(payment) {
      const seen = await queryCharge(payment);
      looks += 1;
      if (looks === 1) {
        // Between the look-up and its write, the authorisation lapses, and the hold that begins then ends.
        await stripeFor(simulator.url).paymentIntents.cancel(order.payments[0]?.providerRef ?? '');
        await settlePayment({ key, ask: queryCharge, actor: settling });
        await db()
          .$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${order.id}::uuid`;
        await expireHolds();
      }
      return seen;
    },
    actor: settling,
  });
  expect(looks).toBe(2);
  expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', payments: [{ status: 'voided' }] });
  expect(await availableOf('CAPTURE-STALE')).toBe(5);
});

// What broke, found by an attacker: an authorisation was cancelled while the answer to its charge was on its
// way. The shop had heard of the cancellation, believed the older answer, and the order stayed paid.
test('an authorisation that is cancelled before its answer arrives pays nothing', async () => {
  const shopper = await shopperWith(call, await addProduct('CAPTURE-LATE', { available: 5 }));
  const provider = await paymentProvider();
  const { authorize } = provider;
  const asked = vi.spyOn(provider, 'authorize').mockImplementationOnce(async (request) => {
    const answer = await authorize(request);
    await simulator.dashboard.cancel(answer.ref ?? '');
    const { userId, orderId } = request;
    await settlePayment({
      key: { userId, orderId },
      ask: async () => provider.retrieve(answer.ref ?? ''),
      actor,
    });
    return answer;
  });
  onTestFinished(() => asked.mockRestore());
  const answer = await shopper.order(await cardBody(shopper));
  expect([answer.status, await answer.json()]).toMatchObject([402, { code: 'payment_declined' }]);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    holdUntil: expect.any(Date),
    payments: [{ status: 'declined' }],
  });
  await simulator.flushWebhooks();
  expect((await orderOf(shopper)).status).toBe('payment_declined');
});

// What broke: the money was refunded, and the order said for ever that its refund was only requested.
test.each([
  ['with an event', 0],
  ['without an event', 9],
])('a partly captured order is cancelled: the captured part is refunded (%s)', async (_, lost) => {
  const sku = `CAPTURE-PART-${lost}`;
  const { shopper, order, key } = await authorised(sku);
  simulator.addFault({ kind: 'webhook_drop', times: lost + 1, on: { orderId: lost ? order.id : 'none' } });
  await simulator.dashboard.capture(order.payments[0]?.providerRef ?? '', 500);
  await simulator.flushWebhooks();
  // Less than the order's total was captured, so a person has to look before anything is shipped.
  await expect(fulfilOrder({ ...key, actor })).rejects.toMatchObject({ code: 'not_fulfillable' });
  expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
  expect(simulator.ledger(order.id)).toMatchObject([{ captured: 500, refunded: 500 }]);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'refunded',
    payments: [{ status: 'refunded', capturedMinor: 500, refundedMinor: 500 }],
  });
  expect(await db().refund.findMany({ where: { orderId: order.id } })).toMatchObject([
    { status: 'succeeded', amountMinor: 500 },
  ]);
  expect(await db().unmatchedCharge.count({ where: { orderId: order.id, resolvedAt: null } })).toBe(0);
  expect(await availableOf(sku)).toBe(5);
});
