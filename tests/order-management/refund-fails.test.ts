import { describe, expect, test } from 'vitest';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Shopper } from '#proof/harness/shopper/shopper.ts';
import {
  cancel,
  dashboard,
  keyOf,
  mailsOf,
  pathOf,
  payAgain,
  type Refunded,
  refunded,
  run,
  said,
  settleRefunds,
  simulator,
} from '#tests/order-management/failed-refunds.ts';
import { declinedCard, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { availableOf } from '#tests/support/shop/shop.ts';

/**
 * A refund from the provider's dashboard fails: the shop holds the money again, whatever happened to the
 * order since.
 */

const seen = async (shopper: Shopper, order: OrderInDb) =>
  (await shopper.request(pathOf(order))).json() as Promise<Record<string, unknown>>;

/** The refund fails, and the shop reads this in the provider's list of events. */
async function fails({ refundIds }: Refunded): Promise<void> {
  await dashboard.failRefund(refundIds.at(-1) ?? '');
  await pollEvents();
}

const endHold = ({ id }: OrderInDb) =>
  db().$executeRaw`UPDATE orders SET hold_until = now() - interval '1 minute' WHERE id = ${id}::uuid`;

// What broke, found by an attacker: "Nothing was charged" beside a charge. Pay answered 500, and cancel did
// nothing.
describe('of an order that waits for money', () => {
  test('the money pays the order, and the page says so', async () => {
    const it = await refunded();
    await fails(it);
    const { shopper, order } = it;
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      paidAttempt: 1,
      payments: [{ status: 'succeeded', refundedMinor: 0 }],
    });
    expect(await said(order)).toMatch(/^\$17\.49 is paid by card/);
    expect(await seen(shopper, order)).toMatchObject({ status: 'paid', payable: null, cancellable: true });
    const mails = await mailsOf(order);
    expect(mails).toContainEqual({
      kind: 'confirmation',
      text: expect.stringContaining('A refund of this payment has failed, so it pays your order.'),
    });
    expect(mails).toContainEqual(expect.objectContaining({ kind: 'operator_refund_failed' }));
    expect((await payAgain(shopper, order)).status).toBe(409);
    await fulfilOrder({ ...keyOf(order), actor: eva });
    expect((await orderOf(shopper)).status).toBe('fulfilled');
  });

  test('if only a part failed, that part is requested again, and the order can be paid', async () => {
    const it = await refunded([700, 1_049]);
    const { shopper, order } = it;
    await fails(it);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_declined',
      payments: [{ status: 'returning', refundedMinor: 700 }],
    });
    const text = await said(order);
    expect(text).toContain('A refund of $10.49 is requested.');
    expect(text).not.toContain('othing was charged');
    expect((await payAgain(shopper, order)).status).toBe(201);
    await settleRefunds(order);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'refunded', refundedMinor: 1_749 }, { status: 'succeeded' }],
    });
  });

  test('if the provider refuses it, the page says that the money is kept, and the end of the hold requests it again', async () => {
    const it = await refunded([700, 1_049]);
    const { shopper, sku, order } = it;
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    await fails(it);
    await settleRefunds(order);
    const [ours] = await db().refund.findMany({ where: { orderId: order.id, origin: 'shop' } });
    await dashboard.failRefund(ours?.providerRef ?? '');
    await pollEvents();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_declined',
      payments: [{ status: 'returning', refundedMinor: 700 }],
    });
    expect(await said(order)).toContain('Your refund of $10.49 could not be made yet.');
    expect((await payAgain(shopper, order, 2, declinedCard)).status).toBe(402);
    const text = await said(order);
    expect(text).toContain('Your refund of $10.49 could not be made yet.');
    expect(text).not.toContain('othing was charged');
    await endHold(order);
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', endedBy: 'hold' });
    expect(await availableOf(sku)).toBe(5);
    await settleRefunds(order);
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 1_749, live: false }, { live: false }]);
    const mails = await mailsOf(order);
    for (const { text: mail } of mails) expect(mail).not.toMatch(/came after|nothing to pay/);
    expect(await said(order)).not.toMatch(/came after|nothing to pay/);
  });

  // A state that an earlier version wrote, which did not handle this case.
  test('if an earlier version left the order unpaid beside its money, pay refuses and cancel refunds it', async () => {
    const it = await refunded();
    const { shopper, order } = it;
    await dashboard.failRefund(it.refundIds[0] ?? '');
    await db().$executeRaw`
      UPDATE payment SET status = 'succeeded', refunded_minor = 0 WHERE order_id = ${order.id}::uuid`;
    await db().$executeRaw`UPDATE refund SET status = 'failed' WHERE order_id = ${order.id}::uuid`;
    expect(await said(order)).not.toContain('othing was charged');
    expect(await seen(shopper, order)).toMatchObject({ payable: null });
    expect((await payAgain(shopper, order)).status).toBe(409);
    const cancelled = await cancel(shopper, order);
    expect([cancelled.status, (await orderOf(shopper)).status]).toEqual([200, 'cancelled']);
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 1_749, live: false }]);
    expect(await said(order)).not.toMatch(/came after|nothing to pay/);
  });
});

describe('of an order that has ended', () => {
  test('it is requested again, and the operator is told so', async () => {
    const it = await refunded();
    const { shopper, order } = it;
    await cancel(shopper, order);
    await fails(it);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'cancelled',
      payments: [{ status: 'returning' }],
    });
    expect(await said(order)).toContain('A refund of $17.49 is requested.');
    await settleRefunds(order);
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: 1_749, live: false }]);
    expect(await said(order)).toContain('Your card was charged $17.49 before that. It was refunded.');
    const mails = await mailsOf(order);
    expect(mails.find(({ kind }) => kind === 'operator_refund_failed')?.text).toContain(
      'has asked for the refund again',
    );
    for (const { text } of mails) expect(text).not.toContain('came after');
  });

  test('if the provider refuses it again, it is requested only once, and the page says that the money is kept', async () => {
    const it = await refunded();
    const { shopper, order } = it;
    await cancel(shopper, order);
    await fails(it);
    await settleRefunds(order);
    const ours = await db().refund.findFirstOrThrow({ where: { orderId: order.id, origin: 'shop' } });
    await dashboard.failRefund(ours.providerRef ?? '');
    await pollEvents();
    await pollEvents();
    expect(await db().refund.count({ where: { orderId: order.id } })).toBe(2);
    expect(await said(order)).toContain('Your refund of $17.49 could not be made yet.');
  });
});

// What broke, found by an attacker: the page said "refund requested", and the operator's refund ended the
// good order.
describe('of an order that another attempt has paid', () => {
  async function paidTwice() {
    const it = await refunded();
    expect((await payAgain(it.shopper, it.order)).status).toBe(201);
    await fails(it);
    return it;
  }

  async function refusedTwice() {
    const it = await paidTwice();
    await settleRefunds(it.order);
    const ours = await db().refund.findFirstOrThrow({ where: { orderId: it.order.id, origin: 'shop' } });
    await dashboard.failRefund(ours.providerRef ?? '');
    await pollEvents();
    return it;
  }

  test('it is requested again, and the order stays paid', async () => {
    const { shopper, order } = await paidTwice();
    expect(await said(order)).toContain('A refund of $17.49 is requested.');
    await settleRefunds(order);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'refunded' }, { status: 'succeeded' }],
    });
    expect(await said(order)).toContain('Another attempt was charged, too, and $17.49 was refunded.');
  });

  test('if it is refused again, the page says that the money is kept, and the operator’s refund takes that money', async () => {
    const { shopper, order } = await refusedTwice();
    expect(await said(order)).toContain('Your refund of $17.49 could not be made yet.');
    expect(await said(order)).toMatch(/^\$17\.49 is paid by card/);
    const out = await run('refund', order.id, '--by', 'eva');
    expect(out).toContain('A refund of $17.49 of attempt 1 of order');
    expect(out).toContain('Another attempt pays the order, which stays paid.');
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'refunded' }, { status: 'succeeded' }],
    });
    const twice = await run('refund', order.id, '--by', 'eva');
    expect(twice).toContain('nothing was refunded now');
    expect(await run('refund', order.id, '--by', 'eva', '--reason', 'broken')).toContain(
      'The order is refunded.',
    );
    expect(simulator.ledger(order.id)).toMatchObject([{ live: false }, { live: false }]);
  });

  test('if it is refused again and the order is cancelled, all remaining money is requested', async () => {
    const { shopper, order } = await refusedTwice();
    await cancelOrder({ userId: order.userId, id: order.id });
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded' });
    expect(simulator.ledger(order.id)).toMatchObject([{ live: false }, { live: false }]);
  });
});
