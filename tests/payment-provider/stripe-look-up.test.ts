import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AttemptKey, RefundRefused, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { stripeProvider } from '#lib/payment-provider/stripe/stripe.ts';
import {
  apiBase,
  asked,
  attempt,
  error,
  intent,
  metadata,
  options,
  outcomeOf,
  provider,
  refund,
  type Said,
  stub,
} from '#tests/payment-provider/provider-stub.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** The adapter to Stripe: refunds, look-ups and events. */

describe('a refund', () => {
  test('is requested with these parameters', async () => {
    stub.say = () => ({ body: { id: 're_1', object: 'refund', status: 'pending' } });
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
    stub.say = () => ({
      status: 400,
      body: error('invalid_request_error', { code: 'charge_already_refunded' }),
    });
    expect(await outcomeOf(provider.refund(refund))).toBeInstanceOf(RefundRefused);
  });

  test.each<[string, Said, boolean]>([
    ['a failure', { status: 500, body: error('api_error') }, false],
    ['a wrong API key', { status: 401, body: error('invalid_request_error') }, false],
    ['other parameters under this key', { status: 400, body: error('idempotency_error') }, true],
  ])('%s says nothing about it', async (_, answer, keyIsSpent) => {
    stub.say = () => answer;
    const outcome = await outcomeOf(provider.refund(refund));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(outcome).toMatchObject({ keyIsSpent });
  });
});

describe('a look-up', () => {
  test('of a missing charge is undefined, and every other failure is unknown', async () => {
    stub.say = () => ({ body: intent() });
    expect(await provider.retrieve('pi_1')).toMatchObject({ ref: 'pi_1', status: 'succeeded' });
    stub.say = () => ({ status: 404, body: error('invalid_request_error', { code: 'resource_missing' }) });
    expect(await provider.retrieve('pi_2')).toBeUndefined();
    stub.say = () => ({ status: 400, body: error('invalid_request_error') });
    expect(await outcomeOf(provider.retrieve('pi_2'))).toBeInstanceOf(UnknownOutcome);
    stub.say = () => ({ hangUp: true });
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
    stub.say = ({ query }) => {
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

  test('of all charges until a time requests no newer ones', async () => {
    stub.say = () => ({
      body: { object: 'list', has_more: false, url: '/v1/payment_intents', data: [intent({ id: 'pi_1' })] },
    });
    const [since, until] = [new Date('2026-01-01T00:00:00.500Z'), new Date('2026-01-02T00:00:00.500Z')];
    const refs = [];
    for await (const { ref } of provider.listSince(since, until)) refs.push(ref);
    expect(refs).toEqual(['pi_1']);
    // Whole seconds, so that no charge of the range is left out.
    expect(asked.map(({ query }) => Object.fromEntries(query))).toEqual([
      {
        'created[gte]': String(Date.parse('2026-01-01T00:00:00Z') / 1_000),
        'created[lte]': String(Date.parse('2026-01-02T00:00:01Z') / 1_000),
        limit: '100',
      },
    ]);
  });

  test('uses the provider’s clock from its answers, and ignores failed answers before them', async () => {
    const there = new Date('2031-05-05T12:00:00Z');
    const list = { object: 'list', has_more: false, url: '/v1/payment_intents', data: [] };
    const fresh = stripeProvider({ ...options, apiBase });
    stub.say = () => ({
      status: 502,
      headers: { date: new Date(0).toUTCString() },
      body: error('api_error'),
    });
    expect(await outcomeOf(fresh.now())).toBeInstanceOf(UnknownOutcome);
    stub.say = () => ({ headers: { date: there.toUTCString() }, body: list });
    const aheadMs = (await fresh.now()).getTime() - there.getTime();
    expect(aheadMs).toBeGreaterThanOrEqual(0);
    expect(aheadMs).toBeLessThan(60_000);
    asked.length = 0;
    // Once read, the clock advances without another request.
    expect((await fresh.now()).getTime() - there.getTime()).toBeGreaterThanOrEqual(aheadMs);
    expect(asked).toHaveLength(0);
  });

  test('ends at an empty page, even if the provider says that there is more', async () => {
    stub.say = () => ({ body: { object: 'list', has_more: true, url: '/v1/payment_intents', data: [] } });
    expect(await provider.find(attempt, new Date())).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  test('stops after two thousand charges: the result is unknown then', async () => {
    const page = Array.from({ length: 100 }, (_, at) => intent({ id: `pi_${at}`, metadata: {} }));
    stub.say = () => ({ body: { object: 'list', has_more: true, url: '/v1/payment_intents', data: page } });
    const outcome = await outcomeOf(provider.find(attempt, new Date()));
    expect(outcome).toBeInstanceOf(UnknownOutcome);
    expect(asked).toHaveLength(20);
    stub.say = () => ({ status: 500, body: error('api_error') });
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
    const open = stripeProvider({ ...options, apiBase, webhookSecrets: [] });
    expect(() => open.readEvent(payload, signed(''))).toThrow(
      expect.objectContaining({ code: 'unavailable' }),
    );
  });
});
