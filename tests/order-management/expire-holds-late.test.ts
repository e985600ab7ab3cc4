import { describe, expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { bankCard, eventually, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { openEndingOrders } from '#tests/support/shop/ending-orders.ts';
import { availableOf } from '#tests/support/shop/shop.ts';

/** Sweeps, and charges that come after their order was cancelled. */

const { simulator, ordered, refund, endHold, confirmAtBank, slowLooks } = await openEndingOrders();

describe('a sweep', () => {
  const neglect = (table: 'payment' | 'refund', { id }: OrderInDb) =>
    db().$executeRawUnsafe(
      `UPDATE ${table} SET updated_at = now() - interval '1 hour' WHERE order_id = $1::uuid`,
      id,
    );

  /** Two orders whose refunds could not be requested because the provider was away. */
  async function twoRefunds(sku: string) {
    const both = [await ordered(`${sku}-1`), await ordered(`${sku}-2`)];
    await simulator.flushWebhooks();
    simulator.addFault({ kind: 'error_before', times: 2, on: { path: '/v1/refunds' } });
    for (const { order } of both) {
      await refund(order);
      await neglect('refund', order);
    }
    const statuses = async () => {
      const where = { orderId: { in: both.map(({ order }) => order.id) } };
      return (await db().refund.findMany({ where })).map(({ status }) => status).toSorted();
    };
    expect(await statuses()).toEqual(['created', 'created']);
    return { both, statuses };
  }

  test('that fails with one refund does not delay the others', async () => {
    const { both, statuses } = await twoRefunds('SWEEP-BROKEN');
    simulator.addFault({ kind: 'error_before', on: { path: '/v1/refunds', orderId: both[0]?.order.id } });
    await sweepPayments();
    expect(await statuses()).toEqual(['created', 'succeeded']);
    await Promise.all(both.map(({ order }) => neglect('refund', order)));
    await sweepPayments();
    expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  });

  test('of refunds that takes too long leaves the rest to the next run', async () => {
    const { both, statuses } = await twoRefunds('SWEEP-SLOW');
    const looks = await slowLooks();
    await sweepPayments();
    expect(await statuses()).toEqual(['created', 'succeeded']);
    looks.mockRestore();
    await Promise.all(both.map(({ order }) => neglect('refund', order)));
    await sweepPayments();
    expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  });

  // What broke: after an outage, the shop charged a shopper who had left long before.
  test('cancels an attempt that was never started if the hold of its order is over', async () => {
    simulator.addFault({ kind: 'error_before', times: 9, on: { path: '^/v1/payment_intents' } });
    const { shopper, order } = await ordered('SWEEP-LATE');
    simulator.clearFaults();
    // The state that a process leaves if it is killed before it asks the provider.
    await db()
      .$executeRaw`UPDATE payment SET status = 'created', updated_at = now() WHERE order_id = ${order.id}::uuid`;
    await db().$executeRaw`UPDATE orders SET status = 'payment_pending' WHERE id = ${order.id}::uuid`;
    await endHold(order);
    await neglect('payment', order);
    await sweepPayments();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_declined',
      payments: [{ status: 'declined' }],
    });
    expect(simulator.ledger(order.id)).toEqual([]);
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', holdUntil: null });
  });

  test('of payments that takes too long leaves the rest to the next run', async () => {
    const both = [await ordered('SWEEP-PAY-1', bankCard), await ordered('SWEEP-PAY-2', bankCard)];
    await simulator.flushWebhooks();
    await Promise.all(both.map(({ order }) => neglect('payment', order)));
    const looks = await slowLooks();
    await sweepPayments();
    expect(looks).toHaveBeenCalledOnce();
  });
});

describe('a charge that comes after the order was cancelled', () => {
  /** Ends the order without asking the provider, like a process that asked a moment too early. */
  async function endUnseen(order: OrderInDb, endedBy: CancellationSource): Promise<void> {
    await db().$executeRaw`
      UPDATE payment SET status = 'declined', version = version + 1 WHERE order_id = ${order.id}::uuid`;
    await db().$executeRaw`
      UPDATE orders SET status = 'cancelled', version = version + 1, hold_until = NULL, ended_by = ${endedBy}
      WHERE id = ${order.id}::uuid`;
    await db().$executeRaw`
      INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, reason)
      SELECT user_id, id, version, 'payment_pending', 'cancelled', 'somebody', 'test' FROM orders WHERE id = ${order.id}::uuid`;
    await db()
      .$executeRaw`UPDATE stock SET available = available + 2 FROM order_line line WHERE line.order_id = ${order.id}::uuid AND stock.sku = line.sku`;
  }

  test('takes the stock again and pays the order, if its stock is still there', async () => {
    const { shopper, order } = await ordered('LATE-THERE', bankCard);
    await endUnseen(order, 'hold');
    expect(await availableOf('LATE-THERE')).toBe(5);
    await confirmAtBank(order);
    expect(await eventually(shopper, ({ status }) => status === 'paid')).toMatchObject({
      status: 'paid',
      payments: [{ status: 'succeeded' }],
    });
    expect(await availableOf('LATE-THERE')).toBe(3);
  });

  test('is refunded in full if its stock is gone, and the order says why', async () => {
    const { shopper, order } = await ordered('LATE-GONE', bankCard);
    await endUnseen(order, 'hold');
    await db().$executeRaw`UPDATE stock SET available = 1 WHERE sku = 'LATE-GONE'`;
    await confirmAtBank(order);
    await eventually(shopper, ({ payments }) => payments[0]?.status === 'returning');
    const requested = await (await shopper.request(`/api/orders/${order.id}`)).json();
    expect(requested).toMatchObject({ refundedMinor: 0, refundRequestedMinor: order.totalMinor });
    const [row] = await db().refund.findMany({ where: { orderId: order.id } });
    expect(await settleRefund({ userId: order.userId, orderId: order.id, id: row?.id ?? '' })).toBe(
      'succeeded',
    );
    expect(await orderOf(shopper)).toMatchObject({
      status: 'cancelled',
      payments: [{ status: 'refunded', refundedMinor: order.totalMinor }],
    });
    expect(await availableOf('LATE-GONE')).toBe(1);
    const events = await db().orderEvent.findMany({
      where: { orderId: order.id },
      orderBy: { version: 'desc' },
    });
    expect(events.slice(0, 2)).toMatchObject(
      ['refunded', 'refund_requested'].map((kind) => ({
        kind,
        toStatus: 'cancelled',
        amountMinor: order.totalMinor,
        reason: expect.stringContaining('sold out'),
      })),
    );
  });

  test('is refunded in full if its owner had cancelled the order', async () => {
    const { shopper, order } = await ordered('LATE-OWNER', bankCard);
    await endUnseen(order, 'shopper');
    await confirmAtBank(order);
    await eventually(shopper, ({ payments }) => payments[0]?.status === 'returning');
    await db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute'`;
    await sweepPayments();
    expect(simulator.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor, live: false }]);
    expect(await availableOf('LATE-OWNER')).toBe(5);
  });

  test('is refunded in full if another attempt has paid meanwhile', async () => {
    const { shopper, order } = await ordered('LATE-SECOND', bankCard);
    await db()
      .$executeRaw`UPDATE payment SET status = 'declined', version = version + 1 WHERE order_id = ${order.id}::uuid`;
    await db().$executeRaw`UPDATE orders SET status = 'payment_declined' WHERE id = ${order.id}::uuid`;
    const paid = await shopper.send('POST', `/api/orders/${order.id}/payments`, {
      attempt: 2,
      method: 'card',
      token: 'pm_card_visa',
    });
    expect(paid.status).toBe(201);
    await confirmAtBank(order);
    await eventually(shopper, ({ payments }) => payments[0]?.status === 'returning');
    await db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute'`;
    await sweepPayments();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'refunded' }, { status: 'succeeded' }],
    });
    expect(simulator.ledger(order.id).filter(({ live }) => live)).toHaveLength(1);
  });
});
