import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { db } from '#lib/platform/database/db.ts';
import { orderOf } from '#tests/support/money.ts';
import { eventsOf, fulfil, openLedgerShop, seen } from './ledger-shop.ts';

/** Goods are not shipped when the provider reports a refund, a dispute, a fraud warning or a review. */

const { simulator, dashboard, everyWay, paid } = await openLedgerShop();

describe('fulfilment looks up the charge first', () => {
  test('an order that was refunded a moment ago, without an event about it, is not shipped', async () => {
    const { shopper, order, ref } = await paid();
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    await dashboard.refund(ref);
    await expect(fulfil(order)).rejects.toMatchObject({ code: 'not_fulfillable' });
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
  });

  test('without an answer from the provider nothing is shipped and nothing is changed', async () => {
    const { shopper, order, ref } = await paid();
    simulator.addFault({ kind: 'error_before', on: { method: 'GET', path: ref } });
    await expect(fulfil(order)).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
    expect(await fulfil(order)).toEqual({ changed: true });
  });
});

describe.each(everyWay)('what is held against a charge, reported by $name', ({ before, hear }) => {
  // What broke: correctly signed events were answered "applied" and ignored, and the goods were shipped.
  test('a dispute blocks shipping until it is won', async () => {
    const { shopper, order, ref } = await paid();
    await before();
    const { dispute } = await dashboard.dispute(ref, { reason: 'product_not_received' });
    await hear();
    expect(await db().dispute.findMany({ where: { orderId: order.id } })).toMatchObject([
      { kind: 'dispute', status: 'open', amountMinor: order.totalMinor, reason: 'product_not_received' },
    ]);
    expect(await seen(shopper, order)).toMatchObject({ status: 'paid', disputed: true });
    await expect(fulfil(order)).rejects.toMatchObject({
      code: 'not_fulfillable',
      message: expect.stringContaining('A bank disputes its payment (product_not_received)'),
    });
    await dashboard.closeDispute(dispute?.id ?? '', 'won');
    await hear();
    expect(await seen(shopper, order)).toMatchObject({ disputed: false });
    expect((await eventsOf(order)).map(({ kind }) => kind)).toEqual([
      'status',
      'status',
      'dispute_opened',
      'dispute_closed',
    ]);
    expect(await fulfil(order)).toEqual({ changed: true });
  });

  // What broke: "prevented" counted as closed in the shop's favour, although the cardholder got the money.
  test.each(['lost', 'prevented'] as const)(
    'a dispute that is %s means that the money is gone',
    async (outcome) => {
      const { shopper, order, ref } = await paid();
      await before();
      const { dispute } = await dashboard.dispute(ref);
      await dashboard.closeDispute(dispute?.id ?? '', outcome);
      await hear();
      expect(await orderOf(shopper)).toMatchObject({ payments: [{ lostMinor: order.totalMinor }] });
      expect(await seen(shopper, order)).toMatchObject({ disputed: true });
      await expect(fulfil(order)).rejects.toMatchObject({
        code: 'not_fulfillable',
        message: expect.stringContaining('its money is gone'),
      });
    },
  );

  test('an early fraud warning blocks shipping', async () => {
    const { order, ref } = await paid();
    await before();
    await dashboard.warnOfFraud(ref);
    await hear();
    await expect(fulfil(order)).rejects.toMatchObject({
      message: expect.stringContaining('warns of fraud'),
    });
  });

  test('a review blocks shipping until it is closed', async () => {
    const { order, ref } = await paid();
    await before();
    const { review } = await dashboard.openReview(ref);
    await hear();
    await expect(fulfil(order)).rejects.toMatchObject({
      message: expect.stringContaining('reviews its payment'),
    });
    await dashboard.closeReview(review?.id ?? '');
    await hear();
    expect(await fulfil(order)).toEqual({ changed: true });
  });
});

test('a dispute that no event reported blocks shipping all the same', async () => {
  const { order, ref } = await paid();
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await dashboard.dispute(ref);
  await expect(fulfil(order)).rejects.toMatchObject({ code: 'not_fulfillable' });
});

// What broke: when a look-up was too late to be written, its refunds and disputes were not recorded either.
test.each([
  ['a refund', (ref: string) => dashboard.refund(ref)],
  ['a dispute', (ref: string) => dashboard.dispute(ref)],
] as const)('%s blocks shipping even under constant concurrent writes', async (_, happen) => {
  const { order, ref } = await paid();
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await happen(ref);
  const provider = await paymentProvider();
  const { retrieve } = provider;
  const looks = vi.spyOn(provider, 'retrieve').mockImplementation(async (...asked) => {
    await db().$executeRaw`UPDATE payment SET version = version + 1 WHERE order_id = ${order.id}::uuid`;
    return retrieve(...asked);
  });
  onTestFinished(() => looks.mockRestore());
  await expect(fulfil(order)).rejects.toMatchObject({ code: 'not_fulfillable' });
  expect(looks.mock.calls.length).toBe(4);
  looks.mockRestore();
});
