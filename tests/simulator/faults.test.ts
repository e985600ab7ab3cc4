import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Fault } from '#proof/simulator/faults.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** The simulator injects the requested faults, and its ledger shows what happened to the money. */

const simulator = await openSimulator();
const stripe = stripeFor(simulator.url);
/** For answers that never come. On a busy machine, other answers take longer than this, too. */
const impatient = stripeFor(simulator.url, 'sk_test_simulator', 300);

/** Makes one charge with a key of its own. Returns the intent, or the error that the client got. */
async function charge(
  orderId: string,
  client = stripe,
): Promise<Stripe.PaymentIntent | Stripe.errors.StripeError> {
  const params = {
    amount: 1_500,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    allowed_payment_method_types: ['card'],
    metadata: { order_id: orderId },
  };
  try {
    return await client.paymentIntents.create(params, { idempotencyKey: `order:${orderId}:1` });
  } catch (error) {
    return error as Stripe.errors.StripeError;
  }
}

/** The client retries by itself after a connection reset, whatever its retry option says. */
const timesOf = (kind: Fault['kind']) => (['reply_lost', 'reset_before'].includes(kind) ? 2 : 1);

const isCharged = (orderId: string) => simulator.ledger(orderId).some(({ live }) => live);

describe('a fault', () => {
  test.each([
    ['timeout_before', Stripe.errors.StripeConnectionError, false],
    ['timeout_after', Stripe.errors.StripeConnectionError, true],
    ['reply_lost', Stripe.errors.StripeConnectionError, true],
    ['reset_before', Stripe.errors.StripeConnectionError, false],
    ['error_before', Stripe.errors.StripeAPIError, false],
    ['error_after', Stripe.errors.StripeAPIError, true],
    ['rate_limited', Stripe.errors.StripeRateLimitError, false],
  ] as const)(
    '%s: the client gets a failure, and a retry with the same key gets the one true charge',
    async (kind, type, done) => {
      simulator.addFault({ kind, on: { orderId: kind }, times: timesOf(kind) });
      const first = await charge(kind, kind.startsWith('timeout') ? impatient : stripe);
      expect(first).toBeInstanceOf(type);
      expect(isCharged(kind)).toBe(done);
      const again = await charge(kind);
      expect(again).toMatchObject({ status: 'succeeded' });
      expect(simulator.ledger(kind)).toMatchObject([{ captured: 1_500, live: true }]);
      const replayed = (again as Stripe.Response<Stripe.PaymentIntent>).lastResponse.headers[
        'idempotent-replayed'
      ];
      expect(replayed).toBe(done ? 'true' : undefined);
    },
  );

  test('error_stored: the key always answers 500, and only a query shows that the money was captured', async () => {
    simulator.addFault({ kind: 'error_stored', on: { orderId: 'stored' } });
    for (let time = 0; time < 3; time++) expect(await charge('stored')).toMatchObject({ statusCode: 500 });
    expect(simulator.ledger('stored')).toHaveLength(1);
    const { data } = await stripe.paymentIntents.list({ limit: 100 });
    expect(data.find(({ metadata }) => metadata.order_id === 'stored')).toMatchObject({
      status: 'succeeded',
    });
  });

  test('slow: the answer is late, and it is correct', async () => {
    simulator.addFault({ kind: 'slow', ms: 150, on: { orderId: 'slow' } });
    const started = performance.now();
    expect(await charge('slow')).toMatchObject({ status: 'succeeded' });
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('strikes only what it matches, and only as often as requested', async () => {
    const { id } = (await charge('meant')) as Stripe.PaymentIntent;
    simulator.addFault({ kind: 'error_before', times: 2, on: { method: 'POST', path: '/refunds$' } });
    simulator.addFault({ kind: 'error_before', on: { idempotencyKey: '^order:by key:' } });
    expect(await charge('not meant')).toMatchObject({ status: 'succeeded' });
    expect(await charge('by key')).toMatchObject({ statusCode: 500 });
    const refund = () => stripe.refunds.create({ payment_intent: id });
    await expect(refund()).rejects.toMatchObject({ statusCode: 500 });
    await expect(refund()).rejects.toMatchObject({ statusCode: 500 });
    expect((await refund()).status).toBe('succeeded');
    expect(simulator.faultsLeft()).toBe(0);
  });

  test('of a payment also matches its refund and capture, by the order id', async () => {
    const { id } = (await charge('of order')) as Stripe.PaymentIntent;
    const on = { orderId: 'of order', path: 'refunds' };
    simulator.addFault({ kind: 'reply_lost', on, times: timesOf('reply_lost') });
    const refund = () => stripe.refunds.create({ payment_intent: id }, { idempotencyKey: 'refund:of order' });
    await expect(refund()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect((await refund()).status).toBe('succeeded');
    expect(simulator.ledger('of order')).toMatchObject([{ refunded: 1_500, live: false }]);
  });

  test('that hangs ends when the client disconnects or the simulator closes', async () => {
    const closing = await openSimulator();
    closing.addFault({ kind: 'timeout_after' });
    const hanging = stripeFor(closing.url).paymentIntents.create({ amount: 500, currency: 'usd' });
    hanging.catch(() => undefined);
    await expect.poll(() => closing.faultsLeft(), { interval: 5 }).toBe(0);
    await closing.close();
    await expect(hanging).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  });
});

describe('the control API', () => {
  const control = (path: string, init: RequestInit = {}) => fetch(`${simulator.url}/_test/${path}`, init);
  const addFault = (fault: Fault) => control('faults', { method: 'POST', body: JSON.stringify(fault) });

  test('adds and clears faults, and shows what happened', async () => {
    expect(await (await addFault({ kind: 'error_before', times: 3 })).json()).toEqual({ left: 3 });
    expect(await charge('controlled')).toMatchObject({ statusCode: 500 });
    expect(await (await control('faults', { method: 'DELETE' })).json()).toEqual({ left: 0 });
    await charge('controlled');
    const { charges } = await (await control('ledger?order_id=controlled')).json();
    expect(charges).toMatchObject([{ orderId: 'controlled', captured: 1_500, live: true }]);
    const { keys } = await (await control('requests')).json();
    expect(keys['order:controlled:1']).toBe(2);
  });

  test('refuses invalid faults, and requests from pages of other sites', async () => {
    expect((await addFault({ kind: 'earthquake' } as never)).status).toBe(400);
    expect((await addFault({ kind: 'slow', ms: 1e9 })).status).toBe(400);
    expect((await addFault({ kind: 'slow', on: { path: '(' } })).status).toBe(400);
    expect((await control('ledger', { headers: { origin: 'https://evil.test' } })).status).toBe(404);
    expect((await control('nothing')).status).toBe(404);
  });
});
