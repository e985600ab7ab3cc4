import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';
import { orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { availableOf } from '#tests/support/shop/shop.ts';
import { cancel, eventsOf, fulfil, keyOf, mailsOf, openLedgerShop, refundsOf, seen } from './ledger-shop.ts';

/**
 * The provider's amounts are the truth. The shop sees, records and follows what happens at the provider
 * without it.
 */

const { simulator, dashboard, everyWay, paid } = await openLedgerShop();

describe.each(everyWay)('a refund in the provider’s dashboard, reported by $name', ({ before, hear }) => {
  // What broke: the event was answered "applied", the order stayed paid, and its goods were shipped.
  test('of the full amount ends the order, releases its stock, and it is not shipped', async () => {
    const { shopper, order, sku, ref } = await paid();
    await before();
    await dashboard.refund(ref);
    await hear();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'refunded',
      endedBy: 'provider',
      payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
    });
    expect(await availableOf(sku)).toBe(5);
    expect(await refundsOf(order)).toMatchObject([
      { status: 'succeeded', actor: 'provider', origin: 'provider', amountMinor: order.totalMinor },
    ]);
    expect(await seen(shopper, order)).toMatchObject({ refundedMinor: order.totalMinor });
    await expect(fulfil(order)).rejects.toMatchObject({ code: 'not_fulfillable' });
  });

  test('of a part keeps the order’s status, and is reported', async () => {
    const { shopper, order, sku, ref } = await paid();
    await before();
    await dashboard.refund(ref, 500);
    await dashboard.refund(ref, 300);
    await hear();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'succeeded', refundedMinor: 800 }],
    });
    expect((await refundsOf(order)).map(({ amountMinor }) => amountMinor)).toEqual([300, 500]);
    const money = (await eventsOf(order)).filter(({ kind }) => kind === 'refunded');
    expect(money.map(({ amountMinor, toStatus }) => [amountMinor, toStatus]).toSorted()).toEqual([
      [300, 'paid'],
      [500, 'paid'],
    ]);
    expect(await availableOf(sku)).toBe(3);
    // A goodwill refund: the rest of the money is there, so the goods may be shipped.
    expect(await fulfil(order)).toEqual({ changed: true });
  });

  // What broke: the full amount was requested and refused, and the order and the email said "refunded".
  test('of a part, then its owner cancels: only the rest is requested, and the provider keeps nothing', async () => {
    const { shopper, order, ref } = await paid();
    await before();
    await dashboard.refund(ref, 500);
    expect((await cancel(shopper, order)).status).toBe(200);
    await hear();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'refunded',
      endedBy: 'shopper',
      payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
    });
    expect(await refundsOf(order)).toMatchObject([
      { amountMinor: 500, origin: 'provider' },
      { amountMinor: order.totalMinor - 500, origin: 'shop', status: 'succeeded' },
    ]);
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor, live: false }]);
  });

  test('that fails later: no page or email claims the refund any more, and it is requested again', async () => {
    const { shopper, order, ref } = await paid();
    await before();
    const { refund } = await dashboard.refund(ref);
    await hear();
    expect((await orderOf(shopper)).status).toBe('refunded');
    await dashboard.failRefund(refund?.id ?? '');
    await hear();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'cancelled',
      endedBy: 'provider',
      payments: [{ status: 'returning', refundedMinor: 0 }],
    });
    const requested = { refundedMinor: 0, refundRequestedMinor: order.totalMinor };
    expect(await seen(shopper, order)).toMatchObject(requested);
    const told = await mailsOf(order);
    expect(told).toContainEqual(
      expect.objectContaining({ kind: 'operator_refund_failed', recipient: 'owner@shop.example' }),
    );
  });
});

describe('a refund that the provider does not pay', () => {
  test('of a disputed charge: the order is cancelled, says so, and the operator is notified', async () => {
    const { shopper, order, ref } = await paid();
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    await dashboard.dispute(ref);
    expect((await cancel(shopper, order)).status).toBe(200);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'cancelled',
      payments: [{ status: 'succeeded', refundedMinor: 0 }],
    });
    expect(await refundsOf(order)).toMatchObject([{ status: 'failed' }]);
    expect((await eventsOf(order)).map(({ kind }) => kind)).toContain('refund_failed');
    const mails = await mailsOf(order);
    expect(mails.filter(({ recipient }) => recipient === 'owner@shop.example')).toMatchObject([
      { kind: 'operator_refund_failed' },
      { kind: 'operator_dispute_opened' },
    ]);
    const toShopper = mails.filter(({ recipient }) => recipient !== 'owner@shop.example');
    // What broke: the refused refund and the dispute were treated as the refund's confirmation, and no email
    // said "cancelled".
    const why = expect.stringContaining(
      'Your refund of $29.99 could not be made, because your bank disputes',
    );
    expect(toShopper.slice(-2)).toMatchObject([
      { kind: 'cancelled', text: why },
      { kind: 'refund_failed', text: why },
    ]);
    for (const { text } of toShopper) expect(text).not.toMatch(/was refunded|nothing to pay/);
  });

  test('of a fulfilled order: it stays fulfilled until the full amount is confirmed, and again if the refund fails', async () => {
    const { shopper, order } = await paid('pm_card_pendingRefund');
    await fulfil(order);
    const id = randomUUID();
    const request = { ...keyOf(order), id, reason: 'broken', actor: eva };
    expect(await refundOrder(request)).toEqual({ created: true, status: 'created' });
    expect(await orderOf(shopper)).toMatchObject({
      status: 'fulfilled',
      payments: [{ status: 'returning' }],
    });
    const { providerRef } = await db().refund.findFirstOrThrow({ where: { id } });
    await dashboard.settle(providerRef ?? '');
    await simulator.flushWebhooks();
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
    await dashboard.failRefund(providerRef ?? '');
    await simulator.flushWebhooks();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'fulfilled',
      payments: [{ status: 'succeeded' }],
    });
    await expect(cancelOrder({ userId: order.userId, id: order.id })).rejects.toMatchObject({
      code: 'not_cancellable',
    });
  });
});

test('a list that cannot be read loses nothing: the next poll begins where the last one ended', async () => {
  const { shopper, ref } = await paid();
  await pollEvents();
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  await dashboard.refund(ref);
  simulator.addFault({ kind: 'error_before', on: { method: 'GET', path: ref } });
  await pollEvents();
  expect((await orderOf(shopper)).status).toBe('paid');
  await pollEvents();
  expect((await orderOf(shopper)).status).toBe('refunded');
});

// What broke: the poll stopped without notice at the first charge that the provider could not show. The news
// of all other orders waited for it, for minutes.
test('a charge that the provider cannot show delays no other order, is named, and is tried again', async () => {
  const silent = await paid();
  const other = await paid();
  await pollEvents();
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
  simulator.addFault({ kind: 'error_before', on: { method: 'GET', path: silent.ref }, times: 50 });
  await dashboard.refund(silent.ref, 500);
  await dashboard.refund(other.ref);
  const warn = vi.spyOn(logger(), 'warn');
  onTestFinished(() => warn.mockRestore());
  const cursor = () => db().eventCursor.findMany();
  const before = await cursor();
  for (const _ of ['first', 'second']) {
    await pollEvents();
    expect(warn.mock.calls.filter(([said]) => (said as { chargeRef?: string }).chargeRef)).toMatchObject([
      [
        { event: expect.stringMatching(/^evt_/), type: expect.any(String), chargeRef: silent.ref },
        expect.any(String),
      ],
    ]);
    warn.mockClear();
  }
  expect((await orderOf(other.shopper)).status).toBe('refunded');
  expect((await orderOf(silent.shopper)).payments).toMatchObject([{ refundedMinor: 0 }]);
  expect(await cursor()).toEqual(before);
  simulator.clearFaults();
  await pollEvents();
  expect((await orderOf(silent.shopper)).payments).toMatchObject([{ refundedMinor: 500 }]);
  expect(await cursor()).not.toEqual(before);
});

test('the amounts in notifications to the shopper are the amounts that the provider confirmed', async () => {
  const { shopper, order, ref } = await paid();
  await dashboard.refund(ref, 500);
  await simulator.flushWebhooks();
  await cancel(shopper, order);
  await simulator.flushWebhooks();
  const texts = (await mailsOf(order)).map(({ kind, text }) => `${kind}: ${text}`).join('\n');
  expect(texts).toMatch(/money_returned: .*\$5\.00 was refunded/);
  expect(texts).toMatch(
    /refunded: .*\$24\.99 was refunded .*With this, \$29\.99 of this order was refunded in all/,
  );
  expect(texts).not.toContain('cancelled: ');
});
