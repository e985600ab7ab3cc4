import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { orderNews } from '#components/orders/status/order-news.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { onCancel } from '#lib/orders/money/money-sentences.ts';
import { readOrderMoney } from '#lib/orders/money/order-money.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { bankCard, cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva, settling } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** What an order's page says about its money, from rows that really occur. Each sentence was once untrue. */

const { simulator, beforeReply } = await openPayingShop({}, { settleMs: 600_000 });
const { dashboard } = simulator;
afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

const actor = eva;
let orders = 0;

/** An order of 17.49. */
async function ordered(token?: string) {
  orders += 1;
  const shopper = await shopperWith(callHandlers, await addProduct(`SENTENCE-${orders}`, { available: 5 }));
  await shopper.order(await cardBody(shopper, token));
  await simulator.flushWebhooks();
  const order = await orderOf(shopper);
  return { shopper, order, ref: order.payments[0]?.providerRef ?? '' };
}

const refund = ({ userId, id: orderId }: OrderInDb, amountMinor?: number) =>
  refundOrder({ userId, orderId, id: randomUUID(), amountMinor, reason: 'goodwill', actor });
const cancel = (shopper: Shopper, { id }: OrderInDb) => shopper.send('POST', `/api/orders/${id}/cancel`, {});

async function seen({ userId, id }: OrderInDb) {
  const order = (await getOrder({ userId, id })) ?? expect.unreachable();
  const decline = declineSentence(order.payments.at(-1)?.declineCode);
  return { order, facts: { decline, ...(await readOrderMoney({ userId, id })) } };
}

async function said(order: OrderInDb): Promise<string> {
  const { order: view, facts } = await seen(order);
  return orderNews(view, facts).join(' ');
}

async function saidBefore(order: OrderInDb): Promise<string> {
  const { facts } = await seen(order);
  return onCancel(facts);
}

test('a goodwill refund, then a cancellation whose refund the provider refuses because of a dispute', async () => {
  const { shopper, order, ref } = await ordered();
  await refund(order, 500);
  expect(await saidBefore(order)).toMatch(/^A refund of \$12\.49 is requested/);
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await dashboard.dispute(ref);
  await cancel(shopper, order);
  const text = await said(order);
  expect(text).toContain('$5.00 of your payment was refunded.');
  expect(text).toContain('Your refund of $12.49 could not be made, because your bank disputes the payment.');
  expect(text).not.toMatch(/came after|nothing to pay/);
});

test('a goodwill refund that the provider has not confirmed, then a cancellation', async () => {
  const { shopper, order } = await ordered('pm_card_pendingRefund');
  await refund(order, 500);
  expect(await saidBefore(order)).toMatch(/^A refund of \$12\.49 is requested/);
  await cancel(shopper, order);
  expect(await said(order)).toMatch(/^This order is cancelled\. A refund of \$17\.49 is requested\./);
});

test('a goodwill refund after fulfilment, then the rest', async () => {
  const { order } = await ordered();
  await fulfilOrder({ userId: order.userId, orderId: order.id, actor });
  await refund(order, 500);
  simulator.addFault({ kind: 'error_before', on: { method: 'POST', path: '^/v1/refunds$' }, times: 9 });
  await refund(order);
  const text = await said(order);
  expect(text).toContain('$5.00 of your payment was refunded.');
  expect(text).toContain('A refund of $12.49 is requested.');
  expect(text).not.toContain('attempt');
});

test('a charge whose reply was lost, and that its owner refunds before the shop has heard of it', async () => {
  simulator.addFault({ kind: 'timeout_after', on: { method: 'POST', path: '^/v1/payment_intents$' } });
  simulator.addFault({ kind: 'webhook_drop', on: { type: 'payment_intent.succeeded' } });
  const { order } = await ordered();
  expect(order.status).toBe('payment_unknown');
  const [row] = simulator.ledger(order.id);
  await dashboard.refund(row?.paymentIntent ?? '');
  await simulator.flushWebhooks();
  const text = await said(order);
  expect(text).toMatch(/^Your card was charged, and the \$17\.49 was refunded\. Your order is kept/);
  expect(text).not.toContain('Nothing was charged');
});

// What broke, found by an attacker: the answer said "The card was declined." of a card that was charged.
test('a charge that its owner refunds before the shop gets its reply', async () => {
  for (const token of ['pm_card_visa', 'pm_card_pendingRefund']) {
    orders += 1;
    const shopper = await shopperWith(callHandlers, await addProduct(`SENTENCE-${orders}`, { available: 5 }));
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    beforeReply(async () => {
      const { userId, orderId } = await db().payment.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
      await dashboard.refund(simulator.ledger(orderId)[0]?.paymentIntent ?? '');
      await settlePayment({ key: { userId, orderId, attempt: 1 }, ask: queryCharge, actor: settling });
    });
    const answer = await shopper.order(await cardBody(shopper, token));
    beforeReply(async () => undefined);
    expect(answer.status).toBe(402);
    const { detail } = (await answer.json()) as { detail: string };
    expect(detail).toMatch(
      /^Your card was charged.* \$17\.49 (was refunded|is requested)\. .*Order .* is kept for you/,
    );
    expect(detail).not.toMatch(/declined|othing was charged/);
  }
});

test('a cancelled order whose card was charged after all', async () => {
  const { shopper, order } = await ordered(bankCard);
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await answerBank(shopper, `/api/orders/${order.id}`, 'confirm');
  const { userId, id: orderId } = order;
  const settleAs = (ask: (payment: PaymentRow) => Promise<Finding>) =>
    settlePayment({ key: { userId, orderId, attempt: 1 }, ask, actor: settling });
  // Records that the provider did not know of the charge when the order was cancelled.
  await settleAs(async () => 'absent');
  expect((await cancel(shopper, order)).status).toBe(200);
  expect(await said(order)).toContain('there is nothing to pay');
  await settleAs(queryCharge);
  expect(await said(order)).toMatch(/^This order is cancelled\. A refund of \$17\.49 is requested\./);
  const { id } = await db().refund.findFirstOrThrow({ where: { orderId } });
  await settleRefund({ userId, orderId, id });
  expect(await said(order)).toContain('Your payment of $17.49 came after that. It was refunded.');
});
