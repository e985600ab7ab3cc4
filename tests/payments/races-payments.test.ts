import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { bankCard, cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTwoProcesses, times } from '#tests/support/shop/two-processes.ts';

/**
 * Races between everything that can end an order. Two processes serve, and this process acts as the worker.
 * Money is taken and refunded once, and stock is taken and returned once (docs/proof.md, "Races").
 */

const { call, simulator } = await openTwoProcesses();
afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

const stock = 10;

async function ordered(sku: string, token?: string): Promise<Shopper> {
  const shopper = await shopperWith(call, await addProduct(sku, { available: stock }), 2);
  await shopper.orderUntilSettled(await cardBody(shopper, token));
  return shopper;
}

const cancel = (shopper: Shopper, id: string) => shopper.send('POST', `/api/orders/${id}/cancel`, {});
const pay = (shopper: Shopper, id: string) =>
  shopper.send('POST', `/api/orders/${id}/payments`, { attempt: 2, method: 'card', token: 'pm_card_visa' });

/** Two units are taken while the order exists, and returned when it has ended. */
async function expectStockOf(sku: string, status: string): Promise<void> {
  const ended = status === 'cancelled' || status === 'refunded';
  expect({ status, available: await availableOf(sku) }).toEqual({
    status,
    available: ended ? stock : stock - 2,
  });
}

const rounds = times(12, (round) => round);

test('a card order sent to two processes many times is one order and one charge', async () => {
  const shopper = await shopperWith(call, await addProduct('CHARGED', { available: stock }), 2);
  const body = await cardBody(shopper);
  const responses = await Promise.all(times(60, () => shopper.orderUntilSettled(body)));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([201]));
  const { id, status } = await orderOf(shopper);
  expect(simulator.ledger(id)).toHaveLength(1);
  await expectStockOf('CHARGED', status);
});

test('cancelled while another card pays it, an order is paid and kept, or over and refunded', async () => {
  for (const round of rounds) {
    const shopper = await ordered(`PAY-CANCEL-${round}`, declinedCard);
    const { id } = await orderOf(shopper);
    await Promise.all([pay(shopper, id), cancel(shopper, id), pay(shopper, id), cancel(shopper, id)]);
    const { status } = await orderOf(shopper);
    expect(['paid', 'cancelled', 'refunded']).toContain(status);
    const kept = simulator
      .ledger(id)
      .reduce((sum, row) => sum + row.authorized - row.voided - row.refunded, 0);
    expect(kept > 0).toBe(status === 'paid');
    await expectStockOf(`PAY-CANCEL-${round}`, status);
  }
});

test('cancelled while its card is being charged, an order is charged and kept, or over and refunded', async () => {
  for (const round of rounds) {
    const sku = await addProduct(`CHARGE-CANCEL-${round}`, { available: stock });
    const shopper = await shopperWith(call, sku, 2);
    const body = await cardBody(shopper);
    simulator.addFault({ kind: 'slow', ms: 60, on: { method: 'POST', path: '^/v1/payment_intents$' } });
    const charging = shopper.orderUntilSettled(body);
    const find = () => orderOf(shopper).catch(() => undefined);
    await expect.poll(find, { interval: 2 }).toBeDefined();
    const { id } = await orderOf(shopper);
    await Promise.all([charging, cancel(shopper, id), cancel(shopper, id)]);
    const { status } = await orderOf(shopper);
    expect(['paid', 'cancelled', 'refunded']).toContain(status);
    await expectStockOf(sku, status);
  }
});

test('cancelled by its owner and refunded by operators at the same time, an order refunds its money and releases its stock once', async () => {
  for (const round of rounds) {
    const shopper = await ordered(`TWICE-BACK-${round}`);
    const { id, userId, totalMinor } = await orderOf(shopper);
    const refund = (amountMinor?: number) =>
      refundOrder({
        ...{ userId, orderId: id, id: randomUUID(), reason: 'broken', actor: eva },
        ...(amountMinor !== undefined && { amountMinor }),
      }).catch(() => undefined);
    await Promise.all([
      ...times(3, () => cancel(shopper, id)),
      ...[refund(), refund(), refund(Math.floor(totalMinor / 3))],
    ]);
    expect(simulator.ledger(id)).toMatchObject([{ authorized: totalMinor, refunded: totalMinor }]);
    await expectStockOf(`TWICE-BACK-${round}`, (await orderOf(shopper)).status);
    expect(await availableOf(`TWICE-BACK-${round}`)).toBe(stock);
  }
});

test('each unit of an order that is being cancelled is sold once to the shoppers who wait for it', async () => {
  for (const round of rounds.slice(0, 6)) {
    const sku = await addProduct(`RESTOCK-${round}`, { available: 2 });
    const first = await shopperWith(call, sku, 2);
    await first.orderUntilSettled(await cardBody(first));
    const { id } = await orderOf(first);
    const others = await Promise.all(times(6, () => shopperWith(call, sku)));
    const bodies = await Promise.all(others.map((other) => other.body()));
    const [, , ...responses] = await Promise.all([
      cancel(first, id),
      cancel(first, id),
      ...others.map((other, index) => other.orderUntilSettled(bodies[index] as (typeof bodies)[number])),
    ]);
    const sold = responses.filter((response) => response.status === 201).length;
    expect(sold).toBeLessThanOrEqual(2);
    expect(await availableOf(sku)).toBe(2 - sold);
  }
});

test('the provider’s event, the return from the bank, jobs and sweeps at the same time settle a payment once', async () => {
  for (const round of rounds.slice(0, 8)) {
    simulator.addFault({ kind: 'webhook_delay', ms: 30, times: 3 });
    const shopper = await ordered(`SETTLED-${round}`, bankCard);
    const { id, userId } = await orderOf(shopper);
    const back = await answerBank(shopper, `/api/orders/${id}`, 'confirm');
    const key = { userId, orderId: id, attempt: 1 };
    await db()
      .$executeRaw`UPDATE payment SET updated_at = now() - interval '1 hour' WHERE order_id = ${id}::uuid`;
    await Promise.all([
      shopper.request(back),
      shopper.request(back),
      simulator.flushWebhooks(),
      settleUnknownPayment(key),
      sweepPayments(),
    ]);
    const { status } = await orderOf(shopper);
    expect(status).toBe('paid');
    expect(simulator.ledger(id)).toHaveLength(1);
    const paid = await db().orderEvent.count({ where: { orderId: id, toStatus: 'paid' } });
    expect(paid).toBe(1);
    await expectStockOf(`SETTLED-${round}`, status);
  }
});

test('a hold that is over while another card pays: the order is paid with its stock, or over with nothing kept', async () => {
  for (const round of rounds) {
    const shopper = await ordered(`HOLD-${round}`, declinedCard);
    const { id } = await orderOf(shopper);
    await db().$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${id}::uuid`;
    await Promise.all([pay(shopper, id), expireHolds(), expireHolds(), pay(shopper, id)]);
    const { status } = await orderOf(shopper);
    expect(['paid', 'cancelled']).toContain(status);
    expect(simulator.ledger(id).filter(({ live }) => live)).toHaveLength(status === 'paid' ? 1 : 0);
    await expectStockOf(`HOLD-${round}`, status);
  }
});
