import { afterEach, describe, expect, test } from 'vitest';
import { notify } from '#lib/notifications/notify.ts';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/** How long an order keeps its stock: methods that take days, repeated card attempts, and invoices. */

const { simulator } = await openPayingShop({}, { settleMs: 600_000 });
const call = conforming(callHandlers);
const { dashboard } = simulator;
afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

let orders = 0;

async function ordered(
  token: string,
): Promise<{ shopper: Shopper; order: OrderInDb; sku: string; ref: string }> {
  orders += 1;
  const sku = await addProduct(`SLOW-${orders}`, { available: 5 });
  const shopper = await shopperWith(call, sku, 2);
  await shopper.order(await cardBody(shopper, token));
  await simulator.flushWebhooks();
  const order = await orderOf(shopper);
  return { shopper, order, sku, ref: order.payments[0]?.providerRef ?? '' };
}

const minutesLeft = ({ holdUntil }: OrderInDb) => ((holdUntil?.getTime() ?? 0) - Date.now()) / 60_000;

/** Makes the order, its hold and its payment this much older. */
async function age({ id }: OrderInDb, minutes: number): Promise<void> {
  await db().$executeRaw`
    UPDATE orders SET placed_at = placed_at - make_interval(mins => ${minutes}::int),
                      hold_until = hold_until - make_interval(mins => ${minutes}::int) WHERE id = ${id}::uuid`;
  await db().$executeRaw`
    UPDATE payment SET created_at = created_at - make_interval(mins => ${minutes}::int),
                       updated_at = updated_at - make_interval(mins => ${minutes}::int) WHERE order_id = ${id}::uuid`;
}

describe('a method that takes days', () => {
  // What broke: after a card's hold of 15 minutes the order was cancelled, and the bank paid it later.
  test('keeps its order and its stock for that time, and the money settles it', async () => {
    const { shopper, order, sku, ref } = await ordered('pm_usBankAccount_success');
    expect(order).toMatchObject({
      status: 'payment_processing',
      accepted: true,
      payments: [{ status: 'processing' }],
    });
    expect(minutesLeft(order)).toBeGreaterThan(13 * 24 * 60);
    await age(order, 15 * 24 * 60);
    await Promise.all([expireHolds(), sweepPayments()]);
    expect((await orderOf(shopper)).status).toBe('payment_processing');
    expect(await availableOf(sku)).toBe(3);
    await dashboard.settle(ref);
    await simulator.flushWebhooks();
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      holdUntil: null,
      payments: [{ status: 'succeeded' }],
    });
  });

  test('is answered 201, says that it can take days, and cannot be cancelled meanwhile', async () => {
    const { shopper, order, ref } = await ordered('pm_usBankAccount_success');
    const shown = await (await shopper.request(`/api/orders/${order.id}`)).json();
    expect(shown).toMatchObject({ status: 'payment_processing', cancellable: false, payable: null });
    const refused = await shopper.send('POST', `/api/orders/${order.id}/cancel`, {});
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'payment_unsettled', detail: expect.stringContaining('can take days') },
    ]);
    expect((await orderOf(shopper)).status).toBe('payment_processing');
    const { userId, id: orderId } = order;
    await notify({ events: [{ userId, orderId, version: 2 }] });
    const mails = await db().mail.findMany({ where: { orderId } });
    expect(mails).toMatchObject([
      { kind: 'payment_processing', body: expect.stringContaining('can take days') },
    ]);
    await dashboard.settle(ref);
    await simulator.flushWebhooks();
    expect((await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).status).toBe(200);
    expect((await orderOf(shopper)).status).toBe('refunded');
  });

  test('that the bank refuses days later lets the order wait for another card, without a webhook', async () => {
    const { shopper, order, ref } = await ordered('pm_usBankAccount_insufficientFunds');
    expect(order.status).toBe('payment_processing');
    await age(order, 4 * 24 * 60);
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    await dashboard.settle(ref);
    await pollEvents();
    const after = await orderOf(shopper);
    expect(after).toMatchObject({ status: 'payment_declined', payments: [{ status: 'declined' }] });
    expect(minutesLeft(after)).toBeGreaterThan(13);
    expect(minutesLeft(after)).toBeLessThan(16);
    const next = { attempt: 2, method: 'card', token: 'pm_card_visa' };
    expect((await shopper.send('POST', `/api/orders/${order.id}/payments`, next)).status).toBe(201);
  });
});

describe('a bank refusal', () => {
  const payByDebit = (shopper: Shopper, { id }: OrderInDb, attempt: number) =>
    shopper.send('POST', `/api/orders/${id}/payments`, {
      attempt,
      method: 'card',
      token: 'pm_usBankAccount_insufficientFunds',
    });

  async function refusedByBank(shopper: Shopper): Promise<OrderInDb> {
    await simulator.flushWebhooks();
    const { payments } = await orderOf(shopper);
    await dashboard.settle(payments.at(-1)?.providerRef ?? '');
    await simulator.flushWebhooks();
    return orderOf(shopper);
  }

  // What broke: each failed debit renewed the hold, and the next debit kept the stock for days, up to ten
  // times.
  test('gives an order time for one more attempt, and for none after that', async () => {
    const { shopper, order, sku } = await ordered('pm_usBankAccount_insufficientFunds');
    await age(order, 4 * 24 * 60);
    expect(minutesLeft(await refusedByBank(shopper))).toBeGreaterThan(13);
    expect((await payByDebit(shopper, order, 2)).status).toBe(201);
    await age(order, 4 * 24 * 60);
    const again = await refusedByBank(shopper);
    expect(again.status).toBe('payment_declined');
    expect(minutesLeft(again)).toBeLessThan(0);
    const third = await payByDebit(shopper, order, 3);
    expect([third.status, await third.json()]).toMatchObject([409, { code: 'not_payable' }]);
    // The email would ask for another card until a time that is already over.
    const { userId, id: orderId } = order;
    const { version } = await db().orderEvent.findFirstOrThrow({
      where: { orderId },
      orderBy: { version: 'desc' },
    });
    await notify({ events: [{ userId, orderId, version }] });
    expect(await db().mail.count({ where: { orderId } })).toBe(0);
    await expireHolds();
    expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', endedBy: 'hold' });
    expect(await availableOf(sku)).toBe(5);
  });

  test('that comes immediately gives an order no more time than declined cards do', async () => {
    const { shopper, order } = await ordered('pm_usBankAccount_insufficientFunds');
    expect(minutesLeft(await refusedByBank(shopper))).toBeGreaterThan(13);
    await age(order, 10);
    await payByDebit(shopper, order, 2);
    expect(minutesLeft(await refusedByBank(shopper))).toBeGreaterThan(13);
    await age(order, 10);
    await payByDebit(shopper, order, 3);
    await age(order, 35);
    const last = await refusedByBank(shopper);
    expect(minutesLeft(last)).toBeGreaterThan(3);
    expect(minutesLeft(last)).toBeLessThan(6);
  });
});

// What broke: each declined card held the stock for another 15 minutes, up to ten times.
test('an order keeps its stock for an hour at most, however many cards are tried', async () => {
  const { shopper, order, sku } = await ordered(declinedCard);
  const tryCard = async (attempt: number) => {
    await shopper.send('POST', `/api/orders/${order.id}/payments`, {
      attempt,
      method: 'card',
      token: declinedCard,
    });
    return orderOf(shopper);
  };
  await age(order, 10);
  expect(minutesLeft(await tryCard(2))).toBeGreaterThan(14);
  await age(order, 14);
  await tryCard(3);
  await age(order, 14);
  await tryCard(4);
  await age(order, 14);
  const last = await tryCard(5);
  expect(minutesLeft(last)).toBeGreaterThan(6);
  expect(minutesLeft(last)).toBeLessThan(8);
  await age(order, 10);
  // Otherwise each card tried after that would postpone the cancellation of the order.
  const late = await shopper.send('POST', `/api/orders/${order.id}/payments`, {
    attempt: 6,
    method: 'card',
    token: 'pm_card_visa',
  });
  expect([late.status, await late.json()]).toMatchObject([
    409,
    {
      code: 'not_payable',
      detail:
        'This order cannot be paid by card. The time to pay it is over. Please order the items again. Nothing was charged.',
    },
  ]);
  await expireHolds();
  expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', endedBy: 'hold' });
  expect(await availableOf(sku)).toBe(5);
});

test('an invoice that was not paid in time is void, and its order is cancelled and its stock returned once', async () => {
  const sku = await addProduct('INVOICED', { available: 5 });
  const shopper = await shopperWith(call, sku, 2);
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  const order = await orderOf(shopper);
  await expireHolds();
  expect((await orderOf(shopper)).status).toBe('placed');
  await db()
    .$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${order.id}::uuid`;
  await Promise.all([expireHolds(), expireHolds()]);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'cancelled',
    endedBy: 'hold',
    holdUntil: null,
    payments: [{ status: 'voided' }],
  });
  expect(await availableOf(sku)).toBe(5);
});
