import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { formatMoney } from '#lib/platform/money.ts';
import type { Shopper } from '#proof/harness/shopper/shopper.ts';
import { bankCard, declinedCard, eventually, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openEndingOrders } from '#tests/support/shop/ending-orders.ts';
import { availableOf } from '#tests/support/shop/shop.ts';

/** A card order that an operator refunds, whole or in part. */

const { simulator, ordered, refund, lostWebhooks } = await openEndingOrders();

describe('an operator refunds', () => {
  test('a part, twice, and never more than was paid', async () => {
    const { shopper, order } = await ordered('REFUND-PART');
    const id = randomUUID();
    expect(await refund(order, { id, amountMinor: 500 })).toEqual({ created: true, status: 'succeeded' });
    expect(await refund(order, { id, amountMinor: 500 })).toEqual({ created: false, status: 'succeeded' });
    expect(await refund(order, { id })).toEqual({ created: false, status: 'succeeded' });
    await expect(refund(order, { id, amountMinor: 600 })).rejects.toMatchObject({
      code: 'key_reused',
      message: expect.stringContaining('is of 500, not of 600. Nothing was refunded now.'),
    });
    await refund(order, { amountMinor: 300 });
    await expect(refund(order, { amountMinor: order.totalMinor - 799 })).rejects.toMatchObject({
      code: 'not_refundable',
    });
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'succeeded', refundedMinor: 800 }],
    });
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 800 }]);
    expect(await availableOf('REFUND-PART')).toBe(3);
  });

  test('an amount from the smallest coin to the remaining amount, and no other', async () => {
    const { shopper, order } = await ordered('REFUND-AMOUNTS');
    const { totalMinor } = order;
    const left = formatMoney(totalMinor, 'USD');
    for (const [amountMinor, asked] of [
      [0, '$0.00'],
      [-500, '-$5.00'],
      [totalMinor + 1, formatMoney(totalMinor + 1, 'USD')],
    ] as const) {
      await expect(refund(order, { amountMinor })).rejects.toMatchObject({
        code: 'not_refundable',
        message: expect.stringContaining(`Of attempt 1 ${left} can be refunded, and ${asked} cannot.`),
      });
    }
    expect(await refund(order, { amountMinor: 1 })).toEqual({ created: true, status: 'succeeded' });
    expect((await orderOf(shopper)).payments).toMatchObject([{ status: 'succeeded', refundedMinor: 1 }]);
  });

  test('and is told why there is nothing to refund', async () => {
    const why = async (order: OrderInDb) => {
      const error = await refund(order).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'not_refundable' });
      return (error as Error).message;
    };
    const nextCard = (shopper: Shopper, { id }: OrderInDb, token: string) =>
      shopper.send('POST', `/api/orders/${id}/payments`, { attempt: 2, method: 'card', token });
    const declined = await ordered('REFUND-NONE', declinedCard);
    expect(await why(declined.order)).toContain('No card was charged for it.');
    await nextCard(declined.shopper, declined.order, bankCard);
    expect(await why(declined.order)).toContain('Its payment is not settled yet.');
    const second = await ordered('REFUND-DONE', declinedCard);
    await nextCard(second.shopper, second.order, 'pm_card_visa');
    await refund(second.order);
    expect(await why(second.order)).toContain('Its payment has been refunded already.');
  });

  test('all of the remaining amount: the order is refunded, and unsent units are released', async () => {
    const { shopper, order } = await ordered('REFUND-WHOLE');
    await refund(order, { amountMinor: 500 });
    await refund(order);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'refunded',
      payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
    });
    expect(await availableOf('REFUND-WHOLE')).toBe(5);
    await expect(refund(order)).rejects.toMatchObject({ code: 'not_refundable' });
  });

  test('a fulfilled order: the money is refunded and no stock is released', async () => {
    const { shopper, order } = await ordered('REFUND-FULFILLED');
    await fulfilOrder({ userId: order.userId, orderId: order.id, actor: eva });
    await refund(order);
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded' });
    expect(await availableOf('REFUND-FULFILLED')).toBe(3);
  });

  test('many times at the same moment: the sum never exceeds the amount paid', async () => {
    const { order } = await ordered('REFUND-RACE');
    const third = Math.floor(order.totalMinor / 3);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => refund(order, { amountMinor: third })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: third * 3 }]);
  });

  test('a refund that takes the provider some days is checked until it is done', async () => {
    const { shopper, order } = await ordered('REFUND-SLOW', 'pm_card_pendingRefund');
    await lostWebhooks(order);
    const id = randomUUID();
    expect(await refund(order, { id })).toEqual({ created: true, status: 'created' });
    const key = { userId: order.userId, orderId: order.id, id };
    expect(await settleRefund(key)).toBe('created');
    expect(await orderOf(shopper)).toMatchObject({
      status: 'cancelled',
      payments: [{ status: 'returning', refundedMinor: 0 }],
    });
    const { providerRef } = await db().refund.findFirstOrThrow({ where: { id } });
    await simulator.dashboard.settle(providerRef ?? '');
    expect(await settleRefund(key)).toBe('succeeded');
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
  });

  test('an amount that the provider no longer holds: the refund fails, and the other refund is recorded', async () => {
    const { shopper, order } = await ordered('REFUND-REFUSED');
    await simulator.flushWebhooks();
    await lostWebhooks(order);
    // The order was refunded in the provider's dashboard, so nothing is left to refund.
    await stripeFor(simulator.url).refunds.create({ payment_intent: order.payments[0]?.providerRef ?? '' });
    expect((await refund(order)).status).toBe('failed');
    expect(await orderOf(shopper)).toMatchObject({
      status: 'refunded',
      payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
    });
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor }]);
  });

  test('an amount whose refund fails days later: the refund is failed and can be requested again', async () => {
    const { shopper, order } = await ordered('REFUND-BACK', 'pm_card_refundFail');
    const id = randomUUID();
    expect((await refund(order, { id, amountMinor: 500 })).status).toBe('succeeded');
    const { providerRef } = await db().refund.findFirstOrThrow({ where: { id } });
    await simulator.dashboard.settle(providerRef ?? '');
    const after = await eventually(shopper, ({ payments }) => payments[0]?.refundedMinor === 0);
    expect(after).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded', refundedMinor: 0 }] });
    expect((await refund(order, { id, amountMinor: 500 })).status).toBe('failed');
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 0, live: true }]);
  });

  test('an amount, and the reply is lost: it is refunded once', async () => {
    const { order } = await ordered('REFUND-LOST');
    const id = randomUUID();
    simulator.addFault({ kind: 'error_after', on: { method: 'POST', path: '/v1/refunds' } });
    expect(await refund(order, { id, amountMinor: 700 })).toEqual({ created: true, status: 'created' });
    await db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute' WHERE id = ${id}::uuid`;
    await sweepPayments();
    expect(await refund(order, { id, amountMinor: 700 })).toEqual({ created: false, status: 'succeeded' });
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 700 }]);
  });
});

// What broke: a refund stayed open for a day. The provider kept answering its key with a stored failure, and
// the shop never looked the refund up.
describe('a refund for whose key the provider stored a failure', () => {
  test('is found if it was executed', async () => {
    const { order } = await ordered('REFUND-STORED');
    const id = randomUUID();
    simulator.addFault({ kind: 'error_stored', on: { method: 'POST', path: '/v1/refunds' } });
    expect(await refund(order, { id, amountMinor: 700 })).toEqual({ created: true, status: 'created' });
    expect(await settleRefund({ userId: order.userId, orderId: order.id, id })).toBe('succeeded');
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 700 }]);
  });
});
