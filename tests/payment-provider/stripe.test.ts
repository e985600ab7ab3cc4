import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { stripeProvider } from '#lib/payment-provider/stripe/stripe.ts';
import {
  apiBase,
  asked,
  attempt,
  error,
  intent,
  options,
  outcomeOf,
  provider,
  refund,
  request,
  type Said,
  stub,
} from '#tests/payment-provider/provider-stub.ts';
import { openSimulator } from '#tests/support/services/simulator.ts';

/** The Stripe adapter: what it sends, and how it reads each answer. */

describe('a charge', () => {
  test('is requested with these parameters', async () => {
    stub.say = () => ({ body: intent() });
    expect(await provider.authorize(request)).toMatchObject({
      ref: 'pi_1',
      status: 'succeeded',
      amountMinor: 4_599,
      currency: 'USD',
      attempt,
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/v1/payment_intents',
      headers: {
        authorization: 'Bearer sk_test_1',
        'idempotency-key': request.idempotencyKey,
        'stripe-version': expect.stringMatching(/^\d{4}-\d\d-\d\d\./),
      },
      form: {
        amount: '4599',
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: 'true',
        capture_method: 'automatic',
        return_url: request.returnUrl,
        'metadata[user_id]': attempt.userId,
        'metadata[order_id]': attempt.orderId,
        'metadata[attempt]': '1',
      },
    });
    // Nothing about this machine or the previous request is sent.
    expect(asked[0]?.headers).not.toHaveProperty('x-stripe-client-telemetry');
  });

  test('with manual capture is only authorised', async () => {
    stub.say = () => ({ body: intent({ status: 'requires_capture', amount_received: 0 }) });
    const manual = stripeProvider({ ...options, apiBase, capture: 'manual' });
    expect(await manual.authorize(request)).toMatchObject({ status: 'authorized', amountMinor: 4_599 });
    expect(asked[0]?.form.capture_method).toBe('manual');
  });

  test.each([
    [402, error('card_error', { code: 'card_declined', decline_code: 'lost_card' }), 'lost_card'],
    [400, error('card_error', { code: 'expired_card' }), 'expired_card'],
    [400, error('invalid_request_error', { code: 'resource_missing' }), 'resource_missing'],
    [404, error('invalid_request_error'), 'invalid_request'],
  ])('%d %j is a refusal', async (status, body, declineCode) => {
    stub.say = () => ({ status, body });
    expect(await provider.authorize(request)).toMatchObject({
      status: 'declined',
      declineCode,
      amountMinor: 4_599,
      currency: 'USD',
      attempt,
    });
  });

  test.each([
    [401, /"charge" with 401: the API key is wrong .* STRIPE_SECRET_KEY/],
    [403, /"charge" with 403: the API key lacks a permission/],
  ])('an API key that is refused with %i says nothing about it, and what to do', async (status, words) => {
    stub.say = () => ({ status, body: error('invalid_request_error') });
    const outcome = await outcomeOf(provider.authorize(request));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(outcome).toMatchObject({
      ...{ keyIsSpent: false, deniedWith: status },
      message: expect.stringMatching(words),
    });
    expect(asked).toHaveLength(1);
  });

  test.each<[string, Said]>([
    ['too many requests', { status: 429, body: error('invalid_request_error') }],
    ['a failure', { status: 500, body: error('api_error') }],
    ['a gateway’s page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['no JSON', { status: 200, body: 'OK' }],
  ])('%s says nothing about it, and its key stays usable', async (_, answer) => {
    stub.say = () => answer;
    const outcome = await outcomeOf(provider.authorize(request));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(outcome).toMatchObject({ keyIsSpent: false, message: expect.stringContaining('"charge"') });
    expect(outcome).toMatchObject({ deniedWith: undefined });
    // The adapter does not retry. The caller decides when to retry, because it knows the order's state by
    // then.
    expect(asked).toHaveLength(1);
  });

  test('a connection that ends says nothing, and every retry of the client uses the same key', async () => {
    stub.say = () => ({ hangUp: true });
    expect(await outcomeOf(provider.authorize(request))).toMatchObject({
      name: 'UnknownOutcome',
      keyIsSpent: false,
    });
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([request.idempotencyKey]),
    );
  });

  test.each<[string, Said]>([
    ['other parameters under this key', { status: 400, body: error('idempotency_error') }],
    [
      'a failure stored under this key',
      { status: 500, body: error('api_error'), headers: { 'idempotent-replayed': 'true' } },
    ],
  ])('%s: the result is unknown, and the key is spent', async (_, answer) => {
    stub.say = () => answer;
    expect(await outcomeOf(provider.authorize(request))).toMatchObject({
      name: 'UnknownOutcome',
      keyIsSpent: true,
      deniedWith: undefined,
    });
  });

  test('while an equal request is in progress, its answer is awaited', async () => {
    stub.say = () =>
      asked.length < 3 ? { status: 409, body: error('invalid_request_error') } : { body: intent() };
    expect(await provider.authorize(request)).toMatchObject({ status: 'succeeded' });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(
      Array(3).fill(request.idempotencyKey),
    );
  });

  test('a request without an answer in time is unknown, and is not waited for any longer', async () => {
    const late = new AbortController();
    stub.say = async ({ path }) => {
      if (path === '/v1/refunds') return { status: 409, body: error('invalid_request_error') };
      await sleep(30_000, undefined, { signal: late.signal }).catch(() => undefined);
      return { body: intent() };
    };
    const began = performance.now();
    const outcomes = await Promise.all([provider.authorize(request), provider.refund(refund)].map(outcomeOf));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ name: 'UnknownOutcome', keyIsSpent: false });
    expect(performance.now() - began).toBeLessThan(20_000);
    const askedByThen = asked.length;
    await sleep(600);
    expect(asked).toHaveLength(askedByThen);
    late.abort();
  });
});

describe('spending a key', () => {
  const key = {
    orderId: attempt.orderId,
    idempotencyKey: request.idempotencyKey,
    amountMinor: 4_599,
    currency: 'USD',
  };

  test('requests nothing that could be charged, or mistaken for the attempt', async () => {
    stub.say = () => ({
      body: intent({ status: 'requires_payment_method', metadata: { order_id: attempt.orderId } }),
    });
    expect(await provider.spendKey(key)).toBe(true);
    expect(asked).toMatchObject([
      { method: 'POST', path: '/v1/payment_intents', headers: { 'idempotency-key': request.idempotencyKey } },
    ]);
    expect(asked[0]?.form).toEqual({
      amount: '4599',
      currency: 'usd',
      description: expect.any(String),
      'metadata[order_id]': attempt.orderId,
    });
  });

  test.each<[string, Said, boolean]>([
    ['a charge used the key before', { status: 400, body: error('idempotency_error') }, false],
    [
      'its own failure is stored under the key, which blocks charges as well',
      { status: 500, body: error('api_error'), headers: { 'idempotent-replayed': 'true' } },
      true,
    ],
  ])('%s', async (_, answer, stands) => {
    stub.say = () => answer;
    expect(await provider.spendKey(key)).toBe(stands);
  });

  test.each<[string, Said]>([
    ['a failure', { status: 500, body: error('api_error') }],
    ['a refusal', { status: 400, body: error('invalid_request_error') }],
  ])('%s says nothing', async (_, answer) => {
    stub.say = () => answer;
    expect(await outcomeOf(provider.spendKey(key))).toBeInstanceOf(UnknownOutcome);
  });

  test('blocks a later charge, and no earlier one', async () => {
    const simulator = await openSimulator();
    const real = stripeProvider({ ...options, secretKey: simulator.secretKey, apiBase: simulator.url });
    const since = new Date();
    const [late, early] = [randomUUID(), randomUUID()].map((orderId) => ({
      ...request,
      orderId,
      idempotencyKey: `order:${orderId}:1`,
    })) as [typeof request, typeof request];
    expect([await real.spendKey(late), await real.spendKey(late)]).toEqual([true, true]);
    expect(await outcomeOf(real.authorize(late))).toMatchObject({ name: 'UnknownOutcome', keyIsSpent: true });
    expect(await real.find(late, since)).toBeUndefined();
    expect(simulator.ledger(late.orderId)).toEqual([]);
    expect(await real.authorize(early)).toMatchObject({ status: 'succeeded' });
    expect(await real.spendKey(early)).toBe(false);
    expect(simulator.ledger(early.orderId)).toMatchObject([{ captured: 4_599, live: true }]);
  });
});

describe.each([
  ['a capture', 'capture', () => provider.capture('pi_1', 'capture:1')],
  ['a cancellation', 'cancel', () => provider.void('pi_1')],
] as const)('%s', (_, word, change) => {
  test('is requested, and answered with the charge in its new state', async () => {
    stub.say = () => ({ body: intent({ status: word === 'capture' ? 'succeeded' : 'canceled' }) });
    expect(await change()).toMatchObject({ status: word === 'capture' ? 'succeeded' : 'voided' });
    expect(asked[0]).toMatchObject({ method: 'POST', path: `/v1/payment_intents/pi_1/${word}` });
    if (word === 'capture') expect(asked[0]?.headers['idempotency-key']).toBe('capture:1');
  });

  test('that is too late is answered with the charge as it is', async () => {
    stub.say = ({ method }) =>
      method === 'GET'
        ? { body: intent() }
        : { status: 400, body: error('invalid_request_error', { code: 'payment_intent_unexpected_state' }) };
    expect(await change()).toMatchObject({ status: 'succeeded' });
    expect(asked.map(({ method, path }) => [method, path])).toEqual([
      ['POST', `/v1/payment_intents/pi_1/${word}`],
      ['GET', '/v1/payment_intents/pi_1'],
    ]);
  });

  test.each<[string, Said]>([
    ['a refusal of another kind', { status: 400, body: error('invalid_request_error') }],
    ['a failure', { status: 500, body: error('api_error') }],
  ])('%s says nothing', async (__, answer) => {
    stub.say = () => answer;
    expect(await outcomeOf(change())).toBeInstanceOf(UnknownOutcome);
    expect(asked).toHaveLength(1);
  });
});
