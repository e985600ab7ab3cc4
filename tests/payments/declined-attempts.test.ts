import { afterEach, expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import {
  bankCard,
  cardBody,
  declinedCard,
  eventually,
  expectBooksToAgree,
  type OrderInDb,
  orderOf,
} from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/**
 * What broke, found by an attack: the provider accepts another card for a PaymentIntent whose card was
 * declined. Its client secret is in the address to which the bank sends the shopper back. So an ended order
 * could be paid months later at its old price.
 */

// A debit stays open until a test settles it.
const { simulator } = await openPayingShop({}, { settleMs: 600_000 });
const stripe = stripeFor(simulator.url);

afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

async function ordered(sku: string, token = declinedCard): Promise<{ shopper: Shopper; order: OrderInDb }> {
  const shopper = await shopperWith(callHandlers, await addProduct(sku, { available: 5 }));
  await shopper.order(await cardBody(shopper, token));
  return { shopper, order: await orderOf(shopper) };
}

const refOf = ({ payments }: OrderInDb, attempt = 1) => payments[attempt - 1]?.providerRef ?? '';

/** Confirms as Stripe.js does in the shopper's browser. */
const confirmAgain = (ref: string, token = 'pm_card_visa') =>
  stripe.paymentIntents.confirm(ref, { payment_method: token, return_url: 'https://shop.example/' });

async function endHold({ id }: OrderInDb): Promise<void> {
  await db().$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${id}::uuid`;
  await expireHolds();
}

/** Runs jobs, including those that are scheduled for later. */
async function runJobs(): Promise<void> {
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
  await drainJobs({ limitMs: 30_000 });
}

const statusAtProvider = async (order: OrderInDb) =>
  (await stripe.paymentIntents.retrieve(refOf(order))).status;
/** Confirms the intent with a debit, which the bank refuses later. The intent is then cancelled. */
async function expectRefusedDebitEnds(order: OrderInDb): Promise<void> {
  await confirmAgain(refOf(order), 'pm_usBankAccount_insufficientFunds');
  await runJobs();
  expect(await statusAtProvider(order)).toBe('processing');
  await simulator.dashboard.settle(refOf(order));
  await simulator.flushWebhooks();
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
}

const callsOff = { method: 'POST', path: '/cancel$' };

test('after a declined card, the intent accepts no other card', async () => {
  const { shopper, order } = await ordered('AGAIN-DECLINED');
  await runJobs();
  await expect(confirmAgain(refOf(order))).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' });
  await simulator.flushWebhooks();
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'declined', declineCode: 'generic_decline' }],
  });
});

test('after a refusal at the bank, the intent accepts no other card', async () => {
  const { shopper, order } = await ordered('AGAIN-REFUSED', bankCard);
  await answerBank(shopper, `/api/orders/${order.id}`, 'refuse');
  await eventually(shopper, ({ status }) => status === 'payment_declined');
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
});

test('after an order’s next card has paid, none of its charges can be paid again', async () => {
  const { shopper, order } = await ordered('AGAIN-PAID');
  const next = { attempt: 2, method: 'card', token: 'pm_card_visa' };
  expect((await shopper.send('POST', `/api/orders/${order.id}/payments`, next)).status).toBe(201);
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
  expect((await orderOf(shopper)).status).toBe('paid');
});

test('while the provider is away, the job that cancels the intent is retried', async () => {
  const { order } = await ordered('AGAIN-AWAY');
  simulator.addFault({ kind: 'error_before', on: callsOff });
  await runJobs();
  expect(await statusAtProvider(order)).toBe('requires_payment_method');
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
});

test('a shopper who confirms with a good card before the job runs has paid the order', async () => {
  const { shopper, order } = await ordered('AGAIN-FASTER');
  simulator.addFault({ kind: 'webhook_drop', times: 9 });
  await confirmAgain(refOf(order));
  await runJobs();
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
});

test('a repeated confirmation for which the bank asks: the intent is cancelled there', async () => {
  const { order } = await ordered('AGAIN-AT-BANK');
  await confirmAgain(refOf(order), bankCard);
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
});

test('a debit that was confirmed in time and refused later: the intent accepts no other card', async () => {
  const { order } = await ordered('AGAIN-DEBIT');
  await expectRefusedDebitEnds(order);
});

/** Number of queued jobs that cancel a charge. */
const callsLeft = async ({ id }: OrderInDb) => {
  const [row] = await db().$queryRaw<{ left: number }[]>`
    SELECT count(*)::int AS left FROM graphile_worker._private_jobs WHERE key LIKE ${`call_off_payment:${id}:%`}`;
  return row?.left;
};

// What broke, found by an attack: the second refusal had the same code as the first, so nothing was written.
// The intent accepted any card from then on.
test('a debit that is refused with the code of the card before it: the intent accepts no other card', async () => {
  const { shopper, order } = await ordered('AGAIN-SAME-CODE', 'pm_card_chargeDeclinedInsufficientFunds');
  await expectRefusedDebitEnds(order);
  // Looking up a cancelled charge queues no job, so this does not repeat for ever.
  await simulator.flushWebhooks();
  await pollEvents();
  expect(await callsLeft(order)).toBe(0);
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'declined', declineCode: 'insufficient_funds' }],
  });
});

test('a card whose bank asks, after a debit that could not be cancelled: the intent is cancelled there', async () => {
  const { order } = await ordered('AGAIN-DEBIT-BANK', 'pm_card_chargeDeclinedInsufficientFunds');
  await confirmAgain(refOf(order), 'pm_usBankAccount_insufficientFunds');
  await runJobs();
  // The shop never learns of the refusal: by the time it queries the charge, the bank asks for confirmation.
  simulator.addFault({ kind: 'webhook_drop', times: 9 });
  await simulator.dashboard.settle(refOf(order));
  await confirmAgain(refOf(order), bankCard);
  expect(await statusAtProvider(order)).toBe('requires_action');
  await pollEvents();
  await runJobs();
  expect(await statusAtProvider(order)).toBe('canceled');
  await pollEvents();
  expect(await callsLeft(order)).toBe(0);
});

/** Moves the end of the order this many hours into the past. */
const endedHoursAgo = ({ id }: OrderInDb, hours: number) =>
  db().$executeRaw`
    UPDATE order_event SET at = now() - make_interval(hours => ${hours}::int)
    WHERE order_id = ${id}::uuid AND to_status = 'cancelled'`;

test('money that arrives within a day after the hold pays the order, and later money is refunded', async () => {
  const [soon, late] = [await ordered('LATE-23-HOURS'), await ordered('LATE-25-HOURS')];
  for (const [{ order }, hours] of [
    [soon, 23],
    [late, 25],
  ] as const) {
    await endHold(order);
    await endedHoursAgo(order, hours);
    await confirmAgain(refOf(order));
  }
  expect((await eventually(soon.shopper, ({ status }) => status === 'paid')).status).toBe('paid');
  expect(await availableOf('LATE-23-HOURS')).toBe(4);
  await eventually(late.shopper, ({ payments }) => payments[0]?.status === 'returning');
  await runJobs();
  expect(await orderOf(late.shopper)).toMatchObject({
    status: 'cancelled',
    payments: [{ status: 'refunded', refundedMinor: late.order.totalMinor }],
  });
  expect(await availableOf('LATE-25-HOURS')).toBe(5);
  const events = await db().orderEvent.findMany({
    where: { orderId: late.order.id, kind: 'refund_requested' },
  });
  expect(events).toMatchObject([{ reason: expect.stringContaining('more than a day before') }]);
});
