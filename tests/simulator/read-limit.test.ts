import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** Stripe's limit on reads, which the simulator has on request. */

/** So few that no machine is slow enough to keep below it. */
const readsPerSecond = 3;
const reads = 100;

const readAll = (stripe: Stripe) =>
  Promise.allSettled(Array.from({ length: reads }, () => stripe.events.list({ limit: 1 })));

function expectLimited(error: unknown): void {
  expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  expect(error).toMatchObject({
    statusCode: 429,
    code: 'rate_limit',
    headers: { 'stripe-rate-limited-reason': 'global-rate' },
  });
}

test('reads above the limit get 429 with a reason, and writes are not limited', async () => {
  const stripe = stripeFor((await openSimulator({ readsPerSecond })).url);
  const answers = await readAll(stripe);
  const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  expect(errors.length).toBeGreaterThan(0);
  expect(answers.length - errors.length).toBeGreaterThanOrEqual(readsPerSecond);
  for (const error of errors) expectLimited(error);
  const params = { amount: 500, currency: 'usd' };
  for (let write = 0; write < 2 * readsPerSecond; write++) await stripe.paymentIntents.create(params);
});

test('a client that waits is answered again', async () => {
  const stripe = stripeFor((await openSimulator({ readsPerSecond })).url);
  await readAll(stripe);
  const read = () => stripe.events.list({ limit: 1 }).then(() => 'answered', String);
  await expect.poll(read).toBe('answered');
});

test('the fault of the same name has the same answer', async () => {
  const simulator = await openSimulator();
  simulator.addFault({ kind: 'rate_limited' });
  expectLimited(
    await stripeFor(simulator.url)
      .events.list()
      .catch((error) => error),
  );
});

test('there is no limit unless it was asked for', async () => {
  const answers = await readAll(stripeFor((await openSimulator()).url));
  expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
});
