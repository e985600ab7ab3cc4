import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type AttemptKey, RefundRefused, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { stripeProvider } from '#lib/payment-provider/stripe.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** The Stripe adapter: what it sends, and how it reads each answer. */

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  form: Record<string, string>;
}

interface Said {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or unchanged if it is text. */
  body?: unknown;
  /** Closes the connection instead of answering. */
  hangUp?: true;
}

/** A server that answers each request as the test says. */
const asked: Asked[] = [];
let say: (request: Asked) => Said | Promise<Said>;
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe.test');
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
  const { method = '', headers } = request;
  const one = { method, path: pathname, query: searchParams, headers, form };
  asked.push(one);
  const { status = 200, headers: extra = {}, body = {}, hangUp } = await say(one);
  if (hangUp) return request.socket.destroy();
  response.writeHead(status, { 'content-type': 'application/json', ...extra });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
});

const options = { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', capture: 'automatic' } as const;
const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const provider = stripeProvider({ ...options, apiBase });

const attempt: AttemptKey = { userId: randomUUID(), orderId: randomUUID(), attempt: 1 };
const metadata = ({ userId, orderId, attempt }: AttemptKey) => ({
  user_id: userId,
  order_id: orderId,
  attempt: String(attempt),
});
const request = {
  ...attempt,
  idempotencyKey: `order:${attempt.orderId}:1`,
  amountMinor: 4_599,
  currency: 'USD',
  token: 'pm_card_visa',
  returnUrl: 'https://shop.test/orders/1/payment-return',
};
const intent = (change: object = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 4_599,
  amount_received: 4_599,
  currency: 'usd',
  metadata: metadata(attempt),
  ...change,
});
const refund = {
  id: 'r-1',
  orderId: attempt.orderId,
  idempotencyKey: 'refund:r-1',
  chargeRef: 'pi_1',
  amountMinor: 500,
};
const error = (type: string, rest: object = {}) => ({ error: { type, message: 'no', ...rest } });

/** The result of a charge, refund or look-up, or the error that it throws. */
const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => thrown);

describe('a charge', () => {
  test('is requested with these parameters', async () => {
    say = () => ({ body: intent() });
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
    say = () => ({ body: intent({ status: 'requires_capture', amount_received: 0 }) });
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
    say = () => ({ status, body });
    expect(await provider.authorize(request)).toMatchObject({
      status: 'declined',
      declineCode,
      amountMinor: 4_599,
      currency: 'USD',
      attempt,
    });
  });

  test.each<[string, Said]>([
    ['a wrong API key', { status: 401, body: error('invalid_request_error') }],
    ['a key without this right', { status: 403, body: error('invalid_request_error') }],
    ['too many requests', { status: 429, body: error('invalid_request_error') }],
    ['a failure', { status: 500, body: error('api_error') }],
    ['a gateway’s page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['no JSON', { status: 200, body: 'OK' }],
  ])('%s says nothing about it, and its key stays usable', async (_, answer) => {
    say = () => answer;
    const outcome = await outcomeOf(provider.authorize(request));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(outcome).toMatchObject({ keyIsSpent: false, message: expect.stringContaining('"charge"') });
    // The adapter does not retry. The caller decides when to retry, because it knows the order's state by
    // then.
    expect(asked).toHaveLength(1);
  });

  test('a connection that ends says nothing, and every retry of the client uses the same key', async () => {
    say = () => ({ hangUp: true });
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
    say = () => answer;
    expect(await outcomeOf(provider.authorize(request))).toMatchObject({
      name: 'UnknownOutcome',
      keyIsSpent: true,
    });
  });

  test('while an equal request is in progress, its answer is awaited', async () => {
    say = () =>
      asked.length < 3 ? { status: 409, body: error('invalid_request_error') } : { body: intent() };
    expect(await provider.authorize(request)).toMatchObject({ status: 'succeeded' });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(
      Array(3).fill(request.idempotencyKey),
    );
  });

  test('a request without an answer in time is unknown, and is not waited for any longer', async () => {
    const late = new AbortController();
    say = async ({ path }) => {
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
    say = () => ({
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
    say = () => answer;
    expect(await provider.spendKey(key)).toBe(stands);
  });

  test.each<[string, Said]>([
    ['a failure', { status: 500, body: error('api_error') }],
    ['a refusal', { status: 400, body: error('invalid_request_error') }],
  ])('%s says nothing', async (_, answer) => {
    say = () => answer;
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
    say = () => ({ body: intent({ status: word === 'capture' ? 'succeeded' : 'canceled' }) });
    expect(await change()).toMatchObject({ status: word === 'capture' ? 'succeeded' : 'voided' });
    expect(asked[0]).toMatchObject({ method: 'POST', path: `/v1/payment_intents/pi_1/${word}` });
    if (word === 'capture') expect(asked[0]?.headers['idempotency-key']).toBe('capture:1');
  });

  test('that is too late is answered with the charge as it is', async () => {
    say = ({ method }) =>
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
    say = () => answer;
    expect(await outcomeOf(change())).toBeInstanceOf(UnknownOutcome);
    expect(asked).toHaveLength(1);
  });
});

describe('a refund', () => {
  test('is requested with these parameters', async () => {
    say = () => ({ body: { id: 're_1', object: 'refund', status: 'pending' } });
    expect(await provider.refund(refund)).toEqual({ ref: 're_1', status: 'pending' });
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/v1/refunds',
        headers: { 'idempotency-key': 'refund:r-1' },
        form: {
          payment_intent: 'pi_1',
          amount: '500',
          'metadata[refund_id]': 'r-1',
          'metadata[order_id]': attempt.orderId,
        },
      },
    ]);
  });

  test('that can never succeed is refused', async () => {
    say = () => ({ status: 400, body: error('invalid_request_error', { code: 'charge_already_refunded' }) });
    expect(await outcomeOf(provider.refund(refund))).toBeInstanceOf(RefundRefused);
  });

  test.each<[string, Said, boolean]>([
    ['a failure', { status: 500, body: error('api_error') }, false],
    ['a wrong API key', { status: 401, body: error('invalid_request_error') }, false],
    ['other parameters under this key', { status: 400, body: error('idempotency_error') }, true],
  ])('%s says nothing about it', async (_, answer, keyIsSpent) => {
    say = () => answer;
    const outcome = await outcomeOf(provider.refund(refund));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(outcome).toMatchObject({ keyIsSpent });
  });
});

describe('a look-up', () => {
  test('of a missing charge is undefined, and every other failure is unknown', async () => {
    say = () => ({ body: intent() });
    expect(await provider.retrieve('pi_1')).toMatchObject({ ref: 'pi_1', status: 'succeeded' });
    say = () => ({ status: 404, body: error('invalid_request_error', { code: 'resource_missing' }) });
    expect(await provider.retrieve('pi_2')).toBeUndefined();
    say = () => ({ status: 400, body: error('invalid_request_error') });
    expect(await outcomeOf(provider.retrieve('pi_2'))).toBeInstanceOf(UnknownOutcome);
    say = () => ({ hangUp: true });
    expect(await outcomeOf(provider.retrieve('pi_2'))).toBeInstanceOf(UnknownOutcome);
  });

  test('for a charge continues, page by page, until it is found', async () => {
    const simulator = await openSimulator();
    const stripe = stripeFor(simulator.url);
    const create = (of: AttemptKey) =>
      stripe.paymentIntents.create({ amount: 100, currency: 'usd', metadata: metadata(of) });
    const wanted = await create(attempt);
    for (let at = 0; at < 12; at += 1)
      await Promise.all(Array.from({ length: 10 }, () => create({ ...attempt, orderId: randomUUID() })));
    const real = stripeProvider({ ...options, secretKey: simulator.secretKey, apiBase: simulator.url });
    expect(await real.find(attempt, new Date())).toMatchObject({ ref: wanted.id, attempt });
    expect(await real.find({ ...attempt, attempt: 2 }, new Date())).toBeUndefined();
    // No charge is that old: the look-up starts one minute earlier, to allow for clock differences.
    expect(await real.find(attempt, new Date(Date.now() + 120_000))).toBeUndefined();
  });

  test('starts one minute earlier, requests full pages, and ends with the last', async () => {
    const pages = [['pi_3', 'pi_2'], ['pi_1']];
    say = ({ query }) => {
      const page = query.get('starting_after') === 'pi_2' ? 1 : 0;
      const data = pages[page]?.map((id) => intent({ id, metadata: {} }));
      return { body: { object: 'list', has_more: page === 0, url: '/v1/payment_intents', data } };
    };
    expect(await provider.find(attempt, new Date('2026-01-01T00:01:00.999Z'))).toBeUndefined();
    const since = { 'created[gte]': String(Date.parse('2026-01-01T00:00:00Z') / 1_000), limit: '100' };
    expect(asked.map(({ query }) => Object.fromEntries(query))).toEqual([
      since,
      { ...since, starting_after: 'pi_2' },
    ]);
  });

  test('uses the provider’s clock from its answers, and ignores failed answers before them', async () => {
    const there = new Date('2031-05-05T12:00:00Z');
    const list = { object: 'list', has_more: false, url: '/v1/payment_intents', data: [] };
    const fresh = stripeProvider({ ...options, apiBase });
    say = () => ({ status: 502, headers: { date: new Date(0).toUTCString() }, body: error('api_error') });
    expect(await outcomeOf(fresh.now())).toBeInstanceOf(UnknownOutcome);
    say = () => ({ headers: { date: there.toUTCString() }, body: list });
    const aheadMs = (await fresh.now()).getTime() - there.getTime();
    expect(aheadMs).toBeGreaterThanOrEqual(0);
    expect(aheadMs).toBeLessThan(60_000);
    asked.length = 0;
    // Once read, the clock advances without another request.
    expect((await fresh.now()).getTime() - there.getTime()).toBeGreaterThanOrEqual(aheadMs);
    expect(asked).toHaveLength(0);
  });

  test('ends at an empty page, even if the provider says that there is more', async () => {
    say = () => ({ body: { object: 'list', has_more: true, url: '/v1/payment_intents', data: [] } });
    expect(await provider.find(attempt, new Date())).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  test('stops after two thousand charges: the result is unknown then', async () => {
    const page = Array.from({ length: 100 }, (_, at) => intent({ id: `pi_${at}`, metadata: {} }));
    say = () => ({ body: { object: 'list', has_more: true, url: '/v1/payment_intents', data: page } });
    const outcome = await outcomeOf(provider.find(attempt, new Date()));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(asked).toHaveLength(20);
    say = () => ({ status: 500, body: error('api_error') });
    expect(await outcomeOf(provider.find(attempt, new Date()))).toBeInstanceOf(UnknownOutcome);
  });
});

describe('an event', () => {
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'charge.refunded',
    data: { object: { object: 'charge', id: 'ch_1', payment_intent: 'pi_1' } },
  });
  const signed = (secret: string) =>
    stripeFor(apiBase).webhooks.generateTestHeaderString({ payload, secret });

  test('that is signed with the secret names what to look up', () => {
    expect(provider.readEvent(payload, signed('whsec_1'))).toMatchObject({
      id: 'evt_1',
      type: 'charge.refunded',
      chargeRef: 'pi_1',
    });
  });

  test('with a wrong signature is refused, and so is every one without a secret', () => {
    const invalid = expect.objectContaining({ code: 'signature_invalid' });
    for (const signature of [signed('whsec_2'), 't=1,v1=00', '', null])
      expect(() => provider.readEvent(payload, signature)).toThrow(invalid);
    expect(() => provider.readEvent(`${payload} `, signed('whsec_1'))).toThrow(invalid);
    const open = stripeProvider({ ...options, apiBase, webhookSecret: undefined });
    expect(() => open.readEvent(payload, signed(''))).toThrow(
      expect.objectContaining({ code: 'unavailable' }),
    );
  });
});
