import { describe, expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { db } from '#lib/platform/database/db.ts';
import { bankCard, declinedCard, orderOf } from '#tests/support/money.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openEndingOrders } from '#tests/support/shop/ending-orders.ts';
import { availableOf } from '#tests/support/shop/shop.ts';

/** An unpaid order whose hold is over, and money that comes too late. */

const { simulator, ordered, beingCharged, endHold, confirmAtBank, beforeEachLook, slowLooks } =
  await openEndingOrders();

describe('when the hold of an unpaid order is over', () => {
  test('a declined order is cancelled and its stock is returned once', async () => {
    const { shopper, order } = await ordered('HOLD-DECLINED', declinedCard);
    await expireHolds();
    expect((await orderOf(shopper)).status).toBe('payment_declined');
    await endHold(order);
    await Promise.all([expireHolds(), expireHolds(), expireHolds()]);
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', holdUntil: null });
    expect(await availableOf('HOLD-DECLINED')).toBe(5);
  });

  test('the charge of an order that waits at the bank is cancelled there before the order', async () => {
    const { shopper, order } = await ordered('HOLD-BANK', bankCard);
    await endHold(order);
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', payments: [{ status: 'declined' }] });
    expect(await availableOf('HOLD-BANK')).toBe(5);
    await confirmAtBank(order);
    expect(simulator.ledger(order.id).filter(({ live }) => live)).toEqual([]);
  });

  test('an order whose payment became unknown after it was chosen is left to the job that queries the charge', async () => {
    // What broke, found by the model: the charge was under way and not yet visible when the job wanted to
    // cancel it. The order was cancelled although its shopper had been told 201.
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    const { shopper, order } = await ordered('HOLD-UNKNOWN', bankCard);
    await endHold(order);
    // The state that the job finds when the payment becomes unknown right after the order was chosen.
    await db().$executeRaw`
      UPDATE payment SET status = 'unknown', provider_ref = NULL WHERE order_id = ${order.id}::uuid`;
    await expireHolds();
    expect((await orderOf(shopper)).status).toBe('payment_pending');
    await db()
      .$executeRaw`UPDATE orders SET hold_until = now() + interval '1 hour' WHERE id = ${order.id}::uuid`;
  });

  // What broke: an attempt younger than HOLD_MINUTES kept its order for that long after the hold was over.
  test('the charge of an attempt that began a moment before the end is cancelled, too', async () => {
    const { shopper, order } = await ordered('HOLD-LAST-MOMENT', bankCard);
    await db()
      .$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${order.id}::uuid`;
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', payments: [{ status: 'declined' }] });
    expect(await availableOf('HOLD-LAST-MOMENT')).toBe(5);
  });

  test('an attempt that is being charged right now is left alone', async () => {
    const { shopper, order, reply, answer } = await beingCharged('HOLD-CHARGING');
    await db()
      .$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${order.id}::uuid`;
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_pending',
      payments: [{ status: 'created' }],
    });
    reply();
    expect((await answer).status).toBe(201);
  });

  test('an attempt that began after its order was chosen, and renewed its hold, is not cancelled', async () => {
    // What broke, found by a review: the job had a list of a hundred orders. An owner paid with another card
    // meanwhile, and that charge was cancelled, or treated as one that was never made.
    const both = [await ordered('HOLD-ANEW-1', bankCard), await ordered('HOLD-ANEW-2', bankCard)];
    await simulator.flushWebhooks();
    await Promise.all(both.map(({ order }) => endHold(order)));
    await beforeEachLook((ref) => {
      const next = both.find(({ order }) => order.payments[0]?.providerRef !== ref)?.order;
      return db()
        .$executeRaw`UPDATE orders SET hold_until = now() + interval '15 minutes' WHERE id = ${next?.id}::uuid`;
    });
    await expireHolds();
    const after = await Promise.all(both.map(({ shopper }) => orderOf(shopper)));
    expect(after.toSorted((one, other) => one.status.localeCompare(other.status))).toMatchObject([
      { status: 'cancelled', payments: [{ status: 'declined' }] },
      { status: 'payment_pending', payments: [{ status: 'requires_action' }] },
    ]);
  });

  test('an order that was paid at the bank is paid, even if no webhook reported it', async () => {
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    const { shopper, order } = await ordered('HOLD-PAID', bankCard);
    await answerBank(shopper, `/api/orders/${order.id}`, 'confirm');
    await endHold(order);
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid', holdUntil: null });
    expect(await availableOf('HOLD-PAID')).toBe(3);
  });

  test('an order is not cancelled while the provider does not answer', async () => {
    const { shopper, order } = await ordered('HOLD-AWAY', bankCard);
    await endHold(order);
    simulator.addFault({ kind: 'error_before', times: 3 });
    await expireHolds();
    expect((await orderOf(shopper)).status).toBe('payment_pending');
    simulator.clearFaults();
    await expireHolds();
    expect((await orderOf(shopper)).status).toBe('cancelled');
  });

  test('an order whose first attempt was refused is not cancelled either while the provider does not answer', async () => {
    const { shopper, order } = await ordered('HOLD-AWAY-SECOND', declinedCard);
    await shopper.send('POST', `/api/orders/${order.id}/payments`, {
      attempt: 2,
      method: 'card',
      token: bankCard,
    });
    await simulator.flushWebhooks();
    await endHold(order);
    simulator.addFault({ kind: 'error_before', times: 3 });
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_pending',
      payments: [{ status: 'declined' }, { status: 'requires_action' }],
    });
    simulator.clearFaults();
    await expireHolds();
    expect((await orderOf(shopper)).status).toBe('cancelled');
  });

  test('an order whose hold was renewed after it was chosen keeps waiting', async () => {
    const { shopper, order } = await ordered('HOLD-RENEWED', bankCard);
    await simulator.flushWebhooks();
    await endHold(order);
    await beforeEachLook(
      () =>
        db()
          .$executeRaw`UPDATE orders SET hold_until = now() + interval '15 minutes' WHERE id = ${order.id}::uuid`,
    );
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'payment_declined',
      payments: [{ status: 'declined' }],
    });
    expect(await availableOf('HOLD-RENEWED')).toBe(3);
  });

  test('one order that cannot be ended does not delay the others', async () => {
    const [broken, other] = [await ordered('HOLD-BROKEN', bankCard), await ordered('HOLD-OTHER', bankCard)];
    await simulator.flushWebhooks();
    await Promise.all([endHold(broken.order), endHold(other.order)]);
    const looks = await beforeEachLook((ref) => {
      if (ref === broken.order.payments[0]?.providerRef) throw new Error('an unexpected error');
    });
    await expireHolds();
    expect((await orderOf(broken.shopper)).status).toBe('payment_pending');
    expect((await orderOf(other.shopper)).status).toBe('cancelled');
    looks.mockRestore();
    await expireHolds();
    expect((await orderOf(broken.shopper)).status).toBe('cancelled');
  });

  test('a run that takes too long leaves the rest to the next run', async () => {
    const both = [await ordered('HOLD-SLOW-1', bankCard), await ordered('HOLD-SLOW-2', bankCard)];
    await simulator.flushWebhooks();
    await Promise.all(both.map(({ order }) => endHold(order)));
    const statuses = async () =>
      (await Promise.all(both.map(({ shopper }) => orderOf(shopper)))).map(({ status }) => status).toSorted();
    const looks = await slowLooks();
    await expireHolds();
    expect(await statuses()).toEqual(['cancelled', 'payment_pending']);
    looks.mockRestore();
    await expireHolds();
    expect(await statuses()).toEqual(['cancelled', 'cancelled']);
  });
});
