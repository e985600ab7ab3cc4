import { afterEach, expect, test } from 'vitest';
import type { Charge } from '#lib/payment-provider/provider.ts';
import { type PaymentRow, readPayment } from '#lib/payments/payment-rows.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { bankCard, cardBody, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { settling } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Which counts when news of a charge and the written state differ. */

const { simulator } = await openPayingShop();
afterEach(() => simulator.clearFaults());

/** An order that waits at the bank, with the provider's events suppressed. */
async function waiting(sku: string): Promise<{ shopper: Shopper; order: OrderInDb }> {
  const shopper = await shopperWith(callHandlers, await addProduct(sku, { available: 5 }), 2);
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await shopper.order(await cardBody(shopper, bankCard));
  return { shopper, order: await orderOf(shopper) };
}

const keyOf = ({ userId, id }: OrderInDb, attempt = 1) => ({ userId, orderId: id, attempt });
const charged = ({ amountMinor, currency, providerRef }: PaymentRow): Charge => ({
  ref: providerRef ?? undefined,
  status: 'succeeded',
  amountMinor,
  currency,
});

/** Writes about the attempt every time the provider is asked. */
async function settleAmongOthers(order: OrderInDb, ask: (payment: PaymentRow) => Promise<Finding>) {
  let looks = 0;
  const settled = await settlePayment({
    key: keyOf(order),
    actor: settling,
    async ask(payment) {
      looks += 1;
      await db().$executeRaw`UPDATE payment SET version = version + 1 WHERE order_id = ${order.id}::uuid`;
      return ask(payment);
    },
  });
  return { looks, settled };
}

test('under constant concurrent writes, a refusal that may be old counts for nothing', async () => {
  const { shopper, order } = await waiting('BUSY-REFUSED');
  const { looks, settled } = await settleAmongOthers(order, async () => 'absent');
  expect(looks).toBe(4);
  expect(settled).toMatchObject({
    order: { status: 'payment_pending' },
    payment: { status: 'requires_action' },
  });
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_pending',
    payments: [{ status: 'requires_action' }],
  });
});

test('under constant concurrent writes, money that was taken pays the order', async () => {
  const { shopper, order } = await waiting('BUSY-PAID');
  await answerBank(shopper, `/api/orders/${order.id}`, 'confirm');
  const { looks, settled } = await settleAmongOthers(order, queryCharge);
  expect(looks).toBe(4);
  expect(settled).toMatchObject({
    order: { status: 'paid', accepted: true },
    payment: { status: 'succeeded' },
  });
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
});

test('under constant concurrent writes, money that is authorised for the shop pays the order as well', async () => {
  const { shopper, order } = await waiting('BUSY-AUTHORIZED');
  const { looks } = await settleAmongOthers(order, async (payment) => ({
    ...charged(payment),
    status: 'authorized',
  }));
  expect(looks).toBe(4);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'authorized' }] });
});

test('money that was taken is recorded even if a concurrent write says that it was refused', async () => {
  const { shopper, order } = await waiting('TAKEN-THEN-DECLINED');
  await answerBank(shopper, `/api/orders/${order.id}`, 'confirm');
  let looks = 0;
  await settlePayment({
    key: keyOf(order),
    actor: settling,
    async ask(payment) {
      looks += 1;
      if (looks > 1) return undefined;
      const seen = await queryCharge(payment);
      await settlePayment({ key: keyOf(order), ask: async () => 'absent', actor: settling });
      expect((await orderOf(shopper)).status).toBe('payment_declined');
      return seen;
    },
  });
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
});

test('an amount below the order’s total, or in another currency, settles nothing', async () => {
  const { shopper, order } = await waiting('OTHER-MONEY');
  for (const other of [{ amountMinor: order.totalMinor - 1 }, { currency: 'EUR' }]) {
    const settled = await settlePayment({
      key: keyOf(order),
      actor: settling,
      ask: async (payment) => ({ ...charged(payment), ...other }),
    });
    expect(settled?.payment.status).toBe('requires_action');
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_pending',
      payments: [{ status: 'requires_action' }],
    });
  }
});

test('a missing answer writes nothing, and a missing attempt is not looked up', async () => {
  const { order } = await waiting('NOTHING');
  const before = await db().payment.findFirstOrThrow({ where: { orderId: order.id } });
  await settlePayment({ key: keyOf(order), ask: async () => undefined, actor: settling });
  // A state that is already recorded is not written again either.
  await settlePayment({ key: keyOf(order), ask: queryCharge, actor: settling });
  expect(await db().payment.findFirstOrThrow({ where: { orderId: order.id } })).toEqual(before);
  const asked: unknown[] = [];
  const ask = async () => void asked.push('asked');
  expect(await settlePayment({ key: keyOf(order, 2), ask, actor: settling })).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a missing answer about an attempt that waits at the bank changes nothing', async () => {
  const { order } = await waiting('BANK-UNHEARD');
  const before = await db().payment.findFirstOrThrow({ where: { orderId: order.id } });
  const settled = await settlePayment({ key: keyOf(order), ask: async () => 'unknown', actor: settling });
  expect(settled).toMatchObject({
    order: { status: 'payment_pending' },
    payment: { status: 'requires_action', actionUrl: before.actionUrl },
  });
  expect(await db().payment.findFirstOrThrow({ where: { orderId: order.id } })).toEqual(before);
});

test('the past of an attempt is no part of its state, and settling returns the state in the database', async () => {
  const { order } = await waiting('NO-TRACES');
  const settleAs = (change: Partial<Charge>) =>
    settlePayment({
      key: keyOf(order),
      ask: async (payment) => ({ ...charged(payment), ...change }),
      actor: settling,
    });
  const rowsNow = async () => ({
    payment: await readPayment(db(), keyOf(order)),
    order: await db().order.findFirstOrThrow({ where: { id: order.id } }),
  });
  for (const [change, expected] of [
    [
      { status: 'declined', declineCode: 'lost_card' },
      { declineCode: 'lost_card', actionUrl: null },
    ],
    [{ status: 'succeeded' }, { declineCode: null, actionUrl: null }],
  ] as const) {
    const settled = await settleAs(change);
    const now = await rowsNow();
    expect(now.payment).toMatchObject({ status: change.status, ...expected });
    // Values looked up for an attempt that is about to be charged are not part of its locked row.
    expect(settled?.payment).toEqual({
      ...now.payment,
      ageMs: settled?.payment.ageMs,
      unmatchedRef: undefined,
      strayRef: undefined,
      unreadSince: undefined,
    });
    const { status, version } = now.order;
    expect(settled?.order).toMatchObject({ status, version });
  }
  const [jobs] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM graphile_worker._private_jobs WHERE key = ${`settle_payment:${order.id}:1`}`;
  expect(jobs?.count, 'jobs that ask about what is known').toBe(0);
});

test('money that arrived too late is refunded by a job of its own after a few seconds, if nothing refunds it sooner', async () => {
  const { shopper, order } = await waiting('BACK-BY-JOB');
  await answerBank(shopper, `/api/orders/${order.id}`, 'confirm');
  const settleAs = (ask: (payment: PaymentRow) => Promise<Finding>) =>
    settlePayment({ key: keyOf(order), ask, actor: settling });
  await settleAs(async () => 'absent');
  expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
  await settleAs(queryCharge);
  const { userId, orderId, id } = await db().refund.findFirstOrThrow({ where: { orderId: order.id } });
  const jobs = await db().$queryRaw<{ payload: unknown; seconds: number }[]>`
    SELECT payload, extract(epoch FROM run_at - created_at)::float AS seconds
    FROM graphile_worker._private_jobs WHERE key = ${`settle_refund:${id}`}`;
  expect(jobs).toMatchObject([{ payload: { userId, orderId, id }, seconds: 3 }]);
  expect(await settleRefund({ userId, orderId, id })).toBe('succeeded');
  expect(simulator.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor }]);
});

test('a refund that fails leaves its attempt ended if another attempt has paid the order', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('TWICE', { available: 5 }), 2);
  simulator.addFault({ kind: 'error_stored', on: { method: 'POST', path: '^/v1/payment_intents$' } });
  simulator.addFault({ kind: 'webhook_drop', times: 2 });
  await shopper.order(await cardBody(shopper, 'pm_card_refundFail'));
  const order = await orderOf(shopper);
  // The charge was treated as lost, and another card paid. Only then does the shop see the charge.
  await settlePayment({ key: keyOf(order), ask: async () => 'absent', actor: settling });
  const paid = await shopper.send('POST', `/api/orders/${order.id}/payments`, {
    attempt: 2,
    method: 'card',
    token: 'pm_card_visa',
  });
  expect(paid.status).toBe(201);
  await settlePayment({ key: keyOf(order), ask: queryCharge, actor: settling });
  const refund = await db().refund.findFirstOrThrow({ where: { orderId: order.id } });
  const key = { userId: order.userId, orderId: order.id, id: refund.id };
  // The provider pays the refund and reverses it two seconds later. On a slow machine that has already
  // happened.
  expect(['succeeded', 'failed']).toContain(await settleRefund(key));
  await expect
    .poll(async () => (await db().refund.findFirstOrThrow({ where: { orderId: order.id } })).status, {
      timeout: 20_000,
    })
    .toBe('failed');
  expect(await orderOf(shopper)).toMatchObject({
    status: 'paid',
    payments: [
      { status: 'returning', refundedMinor: 0 },
      { status: 'succeeded', refundedMinor: 0 },
    ],
  });
});
