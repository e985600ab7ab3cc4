import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { cancelDeclinedCharge } from '#lib/payments/cancel-declined-charge.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import {
  bankCard,
  cardBody,
  declinedCard,
  expectBooksToAgree,
  type OrderInDb,
  orderOf,
} from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTwoProcesses, times } from '#tests/support/shop/two-processes.ts';

/**
 * A declined charge is cancelled while the shopper confirms it again. Two processes serve, and two workers
 * run the queue. Whichever reaches the provider first, the charge accepts no further card. Any money it took
 * pays the order or is refunded (docs/payments.md).
 */

const { call, simulator, beforeCancel } = await openTwoProcesses();
const stripe = stripeFor(simulator.url);

afterEach(async () => {
  beforeCancel(async () => undefined);
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

const stock = 5;

interface Round {
  sku: string;
  shopper: Shopper;
  order: OrderInDb;
  /** The declined charge. */
  ref: string;
  /** The answer to the shopper who confirmed it again. */
  confirmed?: Promise<'paid' | 'refused'>;
  /** What else happens at that moment. */
  besides?: Promise<unknown>;
}

async function ordered(sku: string, token: string): Promise<Round> {
  const shopper = await shopperWith(call, await addProduct(sku, { available: stock }));
  await shopper.orderUntilSettled(await cardBody(shopper, token));
  const order = await orderOf(shopper);
  return { sku, shopper, order, ref: order.payments[0]?.providerRef ?? '' };
}

/**
 * Orders are placed one after the other: placing them is not part of the race, and new processes are slow on
 * a busy machine.
 */
async function orderedEach(name: string, token: string, count: number): Promise<Round[]> {
  const rounds: Round[] = [];
  while (rounds.length < count) rounds.push(await ordered(`${name}-${rounds.length}`, token));
  return rounds;
}

/** Confirms as Stripe.js does in the shopper's browser. */
const confirmAgain = (ref: string): Promise<'paid' | 'refused'> =>
  stripe.paymentIntents
    .confirm(ref, { payment_method: 'pm_card_visa', return_url: 'https://shop.example/' })
    .then(
      () => 'paid',
      (error) => {
        expect(error).toMatchObject({ code: 'payment_intent_unexpected_state' });
        return 'refused';
      },
    );

/** Jobs that cancel a charge of this order, including failed ones. */
async function jobsOf({ id }: OrderInDb): Promise<number> {
  const [row] = await db().$queryRaw<{ jobs: number }[]>`
    SELECT count(*)::int AS jobs FROM graphile_worker._private_jobs AS job
    JOIN graphile_worker._private_tasks AS task ON task.id = job.task_id
    WHERE task.identifier = 'call_off_payment' AND job.payload->>'orderId' = ${id}`;
  return row?.jobs ?? 0;
}

/** Runs two workers, including jobs that are scheduled for later. */
async function runJobs(): Promise<void> {
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
  await Promise.all([drainJobs({ limitMs: 60_000 }), drainJobs({ limitMs: 60_000 })]);
}

/**
 * How much later the shopper's confirmation reaches the provider than the cancel request. Negative: earlier.
 */
const gapsMs = times(12, (index) => (index - 5) * 6);

const isUntold = (index: number) => index % 2 === 1;

/**
 * Each round is an order whose charge is cancelled by the queue. When the provider is asked to cancel it, the
 * shopper confirms it and `besides` begins. In every other round the job also runs a second time. In the
 * remaining rounds no event is sent or listed, so only the job can learn the result.
 */
async function raceOf(name: string, besides: (round: Round) => Promise<unknown>): Promise<Round[]> {
  const rounds = await orderedEach(name, declinedCard, gapsMs.length);
  await simulator.flushWebhooks();
  expect(await Promise.all(rounds.map(({ order }) => jobsOf(order)))).toEqual(rounds.map(() => 1));
  for (const { order } of rounds.filter((_, index) => isUntold(index)))
    simulator.addFault({ kind: 'webhook_drop', on: { orderId: order.id }, times: 100 });
  simulator.addFault({ kind: 'error_before', on: { path: '^/v1/events$' }, times: 1_000 });
  beforeCancel(async (ref) => {
    const index = rounds.findIndex((one) => one.ref === ref);
    const [round, gapMs = 0] = [rounds[index], gapsMs[index]];
    if (!round || round.confirmed) return;
    const { id: orderId, userId } = round.order;
    round.confirmed = sleep(Math.max(gapMs, 0)).then(() => confirmAgain(ref));
    const again = isUntold(index) ? undefined : cancelDeclinedCharge({ userId, orderId, attempt: 1 });
    round.besides = Promise.all([besides(round), again]);
    await sleep(Math.max(-gapMs, 0));
  });
  await runJobs();
  await Promise.all(rounds.flatMap((round) => [round.confirmed, round.besides]));
  await simulator.flushWebhooks();
  await runJobs();
  return rounds;
}

/** Returns who was first: the shopper, or the job that cancelled the charge. */
async function expectOneEnd({ sku, shopper, order, ref, confirmed }: Round): Promise<'shopper' | 'job'> {
  const { id, totalMinor } = order;
  const { status: atProvider } = await stripe.paymentIntents.retrieve(ref);
  expect(['canceled', 'succeeded']).toContain(atProvider);
  expect(await confirmed).toBe(atProvider === 'succeeded' ? 'paid' : 'refused');
  expect(await confirmAgain(ref)).toBe('refused');

  const { status, payments } = await orderOf(shopper);
  expect(['paid', 'payment_declined', 'cancelled']).toContain(status);
  const kept = simulator.ledger(id).reduce((sum, row) => sum + row.authorized - row.voided - row.refunded, 0);
  expect({ status, kept }).toEqual({ status, kept: status === 'paid' ? totalMinor : 0 });
  expect(await availableOf(sku)).toBe(status === 'cancelled' ? stock : stock - 1);

  const given = simulator.refunds().filter(({ paymentIntent }) => paymentIntent === ref).length;
  expect(await db().refund.count({ where: { orderId: id, attempt: 1 } })).toBe(given);
  expect(given).toBe(payments[0]?.status === 'refunded' ? 1 : 0);
  const paid = { orderId: id, kind: 'status', toStatus: 'paid' };
  expect(await db().orderEvent.count({ where: paid })).toBe(status === 'paid' ? 1 : 0);
  expect(await jobsOf(order)).toBe(0);
  return atProvider === 'succeeded' ? 'shopper' : 'job';
}

async function endsOf(rounds: Round[]) {
  const ends = await Promise.all(rounds.map(expectOneEnd));
  // A race that one side always wins proves nothing.
  expect(new Set(ends)).toEqual(new Set(['shopper', 'job']));
  return ends;
}

test('a refusal that arrives in several ways at the same time queues one cancellation job', async () => {
  const rounds = await orderedEach('HEARD', bankCard, 12);
  await simulator.flushWebhooks();
  simulator.addFault({ kind: 'webhook_delay', ms: 30, times: rounds.length });
  await Promise.all(
    rounds.map(async ({ shopper, order }) => {
      const { id: orderId, userId } = order;
      const key = { userId, orderId, attempt: 1 };
      const back = await answerBank(shopper, `/api/orders/${orderId}`, 'refuse');
      await db().$executeRaw`
        UPDATE payment SET updated_at = now() - interval '1 hour' WHERE order_id = ${orderId}::uuid`;
      await Promise.all([
        ...times(2, () => shopper.request(back)),
        ...times(2, () => settleUnknownPayment(key)),
        sweepPayments(),
        simulator.flushWebhooks(),
      ]);
    }),
  );
  expect(await Promise.all(rounds.map(({ order }) => jobsOf(order)))).toEqual(rounds.map(() => 1));
  await runJobs();
  for (const { ref } of rounds) expect((await stripe.paymentIntents.retrieve(ref)).status).toBe('canceled');
});

test('a charge confirmed again while it is being cancelled has paid its order or takes no money', async () => {
  const rounds = await raceOf('AGAIN', async () => undefined);
  const ends = await endsOf(rounds);
  for (const [index, { shopper }] of rounds.entries())
    expect((await orderOf(shopper)).status).toBe(ends[index] === 'shopper' ? 'paid' : 'payment_declined');
});

test('a charge confirmed again while the next card is tried in two tabs: one of the charges pays the order', async () => {
  const next = { attempt: 2, method: 'card', token: 'pm_card_visa' };
  const rounds = await raceOf('NEXT', ({ shopper, order }) =>
    Promise.all(times(2, () => shopper.send('POST', `/api/orders/${order.id}/payments`, next))),
  );
  await endsOf(rounds);
  for (const { shopper } of rounds) expect((await orderOf(shopper)).status).toBe('paid');
});

test('a charge confirmed again while the hold ends: the order is paid with its stock, or over with nothing kept', async () => {
  const rounds = await raceOf('HOLD', async ({ order }) => {
    await db().$executeRaw`
      UPDATE orders SET hold_until = now() - interval '1 second'
      WHERE id = ${order.id}::uuid AND hold_until IS NOT NULL`;
    await Promise.all([expireHolds(), expireHolds()]);
  });
  const ends = await endsOf(rounds);
  for (const [index, { shopper }] of rounds.entries())
    expect((await orderOf(shopper)).status).toBe(ends[index] === 'shopper' ? 'paid' : 'cancelled');
});
