import { afterEach, expect, test } from 'vitest';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { addPeriodic } from '#lib/worker/periodic.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * The database's clock and the provider's clock differ, or the database's was ahead for a while and was
 * corrected. What broke: the shop searched the provider's records by the database's clock. Work that was due
 * "in a day" was not done for a day after the correction.
 */

const minuteMs = 60_000;

// The provider is behind by more than the webhook tolerance (5 minutes), as for a shop whose clock is ahead.
const { simulator } = await openPayingShop({}, { clockAheadMs: -12 * minuteMs });
afterEach(async () => {
  simulator.clearFaults();
  await db().$executeRaw`DELETE FROM event_cursor`;
});

async function ordered(sku: string): Promise<Shopper> {
  const shopper = await shopperWith(callHandlers, await addProduct(sku, { available: 5 }));
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  return shopper;
}

const chargesOf = async (shopper: Shopper) => simulator.ledger((await orderOf(shopper)).id);

/** Moves the last look-up back by the interval of a sweep. */
const lookedAt = (orderId: string, ago: string) =>
  db()
    .$executeRaw`UPDATE payment SET updated_at = now() - ${ago}::interval WHERE order_id = ${orderId}::uuid`;

test('a charge whose answer was lost is found, however far apart the clocks are', async () => {
  // The provider stored a failure under the key, so only its list of charges shows the charge.
  simulator.addFault({ kind: 'error_stored', on: { method: 'POST', path: '^/v1/payment_intents$' } });
  const shopper = await ordered('APART-LOST');
  const { id, status } = await orderOf(shopper);
  expect(status).toBe('payment_unknown');
  await lookedAt(id, '1 minute');
  await sweepPayments();
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
  expect(await chargesOf(shopper)).toHaveLength(1);
});

test('news that no webhook delivered is read from the list of events, however far apart the clocks are', async () => {
  const shopper = await ordered('APART-EVENTS');
  await pollEvents();
  const [payment] = (await orderOf(shopper)).payments;
  await simulator.dashboard.refund(payment?.providerRef ?? '');
  await pollEvents();
  expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
});

test('events are read again as soon as a clock that was ahead has been corrected', async () => {
  const shopper = await ordered('AHEAD-EVENTS');
  await pollEvents();
  await db().$executeRaw`UPDATE event_cursor SET read_until = now() + interval '1 day'`;
  const [payment] = (await orderOf(shopper)).payments;
  await simulator.dashboard.refund(payment?.providerRef ?? '');
  await pollEvents();
  expect((await orderOf(shopper)).status).toBe('refunded');
});

test('a payment and a refund that began while the clock was ahead are continued', async () => {
  simulator.addFault({
    kind: 'timeout_before',
    times: 2,
    on: { method: 'POST', path: '^/v1/payment_intents$' },
  });
  const shopper = await ordered('AHEAD-PAYMENT');
  simulator.clearFaults();
  const { id } = await orderOf(shopper);
  await lookedAt(id, '-25 hours');
  await sweepPayments();
  expect((await orderOf(shopper)).status).toBe('paid');

  simulator.addFault({ kind: 'error_before', times: 9, on: { method: 'POST', path: '^/v1/refunds$' } });
  await shopper.send('POST', `/api/orders/${id}/cancel`, {});
  simulator.clearFaults();
  expect((await orderOf(shopper)).status).toBe('cancelled');
  await db()
    .$executeRaw`UPDATE refund SET updated_at = now() + interval '25 hours' WHERE order_id = ${id}::uuid`;
  await sweepPayments();
  expect((await orderOf(shopper)).status).toBe('refunded');
  await expectBooksToAgree(simulator);
});

test('jobs that run every minute run again as soon as a clock that was ahead has been corrected', async () => {
  await addPeriodic();
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = run_at + interval '25 hours' WHERE key LIKE 'every_minute:%'`;
  await addPeriodic();
  const late = await db().$queryRaw<{ key: string }[]>`
    SELECT key FROM graphile_worker.jobs
    WHERE key LIKE 'every_minute:%' AND run_at > now() + interval '1 minute'`;
  expect(late).toEqual([]);
});
