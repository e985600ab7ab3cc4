import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { startSimulator } from '#proof/simulator/start-simulator.ts';
import {
  openSimulator,
  simulatorFolder,
  spawnSimulator,
  stripeFor,
} from '#tests/support/services/simulator.ts';

/** Idempotency keys as Stripe stores them, and books that survive the process that wrote them. */

const simulator = await openSimulator();
const stripe = stripeFor(simulator.url);

const order = (orderId: string, rest: Partial<Stripe.PaymentIntentCreateParams> = {}) => ({
  amount: 2_000,
  currency: 'eur',
  confirm: true,
  payment_method: 'pm_card_visa',
  allowed_payment_method_types: ['card'],
  metadata: { order_id: orderId, attempt: '1' },
  ...rest,
});

const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was not refused'),
    (error: Stripe.errors.StripeError) => error,
  );

/** Returns the raw answer, for its bytes and headers. */
function post(url: string, key: string, params: Record<string, string>): Promise<Response> {
  return fetch(`${url}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_simulator', 'idempotency-key': key },
    body: new URLSearchParams(params),
  });
}

const bare = { amount: '2000', currency: 'eur', confirm: 'true', 'payment_method_types[]': 'card' };

describe('the same key', () => {
  test('with the same parameters makes one charge and returns the same bytes, marked as a replay', async () => {
    const params = { ...bare, payment_method: 'pm_card_visa', 'metadata[order_id]': 'twice' };
    const first = await post(simulator.url, 'twice', params);
    const bytes = await first.text();
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const again = await post(simulator.url, 'twice', Object.fromEntries(Object.entries(params).reverse()));
    expect([again.status, await again.text()]).toEqual([200, bytes]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(simulator.ledger('twice')).toHaveLength(1);
    expect(simulator.usesOfKey('twice')).toBe(2);
  });

  test('replays the first answer although the payment has changed since', async () => {
    const options = { idempotencyKey: 'moved on' };
    const { id } = await stripe.paymentIntents.create(
      order('moved on', { capture_method: 'manual' }),
      options,
    );
    await stripe.paymentIntents.capture(id);
    const again = await stripe.paymentIntents.create(
      order('moved on', { capture_method: 'manual' }),
      options,
    );
    expect([again.id, again.status]).toEqual([id, 'requires_capture']);
  });

  test("stores a card's decline", async () => {
    const params = order('refused', { payment_method: 'pm_card_chargeDeclined' });
    const first = await refused(stripe.paymentIntents.create(params, { idempotencyKey: 'refused' }));
    const again = await refused(stripe.paymentIntents.create(params, { idempotencyKey: 'refused' }));
    expect([again.statusCode, again.payment_intent?.id]).toEqual([402, first.payment_intent?.id]);
    expect(again.headers?.['idempotent-replayed']).toBe('true');
  });

  test('with other parameters, or for another call, is refused and charges nothing', async () => {
    const options = { idempotencyKey: 'reused' };
    const { id } = await stripe.paymentIntents.create(order('reused'), options);
    expect(
      await refused(stripe.paymentIntents.create(order('reused', { amount: 2_001 }), options)),
    ).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
      rawType: 'idempotency_error',
    });
    expect(await refused(stripe.refunds.create({ payment_intent: id }, options))).toMatchObject({
      type: 'StripeIdempotencyError',
    });
    expect(simulator.ledger('reused')).toMatchObject([{ captured: 2_000, refunded: 0 }]);
  });

  test('while the first request is running gets 409, and the true answer afterwards', async () => {
    const options = { idempotencyKey: 'under way' };
    simulator.addFault({ kind: 'slow', ms: 2_000, on: { orderId: 'under way' } });
    const first = stripe.paymentIntents.create(order('under way'), options);
    await expect.poll(() => simulator.faultsLeft(), { interval: 5 }).toBe(0);
    expect(await refused(stripe.paymentIntents.create(order('under way'), options))).toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    const { id } = await first;
    expect((await stripe.paymentIntents.create(order('under way'), options)).id).toBe(id);
    expect(simulator.ledger('under way')).toHaveLength(1);
  });

  test('stores no refusal of an invalid request: once corrected, it is executed', async () => {
    const options = { idempotencyKey: 'corrected' };
    expect(
      await refused(stripe.paymentIntents.create(order('corrected', { amount: 1 }), options)),
    ).toMatchObject({
      statusCode: 400,
    });
    expect((await stripe.paymentIntents.create(order('corrected'), options)).status).toBe('succeeded');
  });

  test('of a thousand concurrent requests makes one charge', async () => {
    const params = { ...bare, payment_method: 'pm_card_visa', 'metadata[order_id]': 'rush' };
    const statuses = await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const answer = await post(simulator.url, 'rush', params);
        await answer.body?.cancel();
        return answer.status;
      }),
    );
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(simulator.ledger('rush')).toHaveLength(1);
  });

  test('is deleted after its lifetime', async () => {
    const forgetful = await openSimulator({ keyLifetimeMs: 50 });
    const params = { ...bare, payment_method: 'pm_card_visa', 'metadata[order_id]': 'old' };
    await post(forgetful.url, 'old', params);
    await sleep(80);
    expect((await post(forgetful.url, 'old', params)).headers.get('idempotent-replayed')).toBeNull();
    expect(forgetful.ledger('old')).toHaveLength(2);
  });
});

describe('the books', () => {
  test('keep everything that was answered when the process is killed', async () => {
    const dataDir = simulatorFolder();
    const first = await spawnSimulator(dataDir);
    const answered = new Map<string, string>();
    // Each lane sends charges without a pause until the connection is gone.
    const charging = Array.from({ length: 8 }, async (_, lane) => {
      for (let count = 0; ; count++) {
        const key = `killed:${lane}:${count}`;
        const params = { ...bare, payment_method: 'pm_card_visa', 'metadata[order_id]': key };
        const answer = await post(first.url, key, params).catch(() => undefined);
        const bytes = await answer?.text().catch(() => undefined);
        if (answer?.status !== 200 || bytes === undefined) return;
        answered.set(key, bytes);
      }
    });
    await expect.poll(() => answered.size).toBeGreaterThan(100);
    first.child.kill('SIGKILL');
    await Promise.all(charging);

    const second = await spawnSimulator(dataDir);
    const ledger = await ledgerOf(second.url);
    for (const [key, bytes] of answered) {
      const again = await post(second.url, key, {
        ...bare,
        payment_method: 'pm_card_visa',
        'metadata[order_id]': key,
      });
      expect([await again.text(), again.headers.get('idempotent-replayed')]).toEqual([bytes, 'true']);
    }
    const charges = ledger.map(({ orderId }) => orderId);
    expect(new Set(charges).size).toBe(charges.length);
    expect(charges.length).toBeGreaterThanOrEqual(answered.size);
    expect(await ledgerOf(second.url)).toEqual(ledger);
  });

  test('with a last line that a crash cut off are read up to that line, and continued after it', async () => {
    const dataDir = simulatorFolder();
    const before = await startSimulator({ dataDir });
    await stripeFor(before.url).paymentIntents.create(order('whole'));
    await before.close();
    const journal = path.join(dataDir, 'journal.jsonl');
    appendFileSync(journal, '{"atMs":1,"intent":{"id":"pi_torn"');
    const after = await startSimulator({ dataDir });
    await stripeFor(after.url).paymentIntents.create(order('next'));
    await after.close();
    const last = await openSimulator({ dataDir });
    expect(last.ledger().map(({ orderId }) => orderId)).toEqual(['whole', 'next']);
    expect(readFileSync(journal, 'utf8')).not.toContain('pi_torn');
  });

  test('with a damaged line in the middle are refused, not repaired', async () => {
    const dataDir = simulatorFolder();
    const before = await startSimulator({ dataDir });
    await before.close();
    appendFileSync(path.join(dataDir, 'journal.jsonl'), 'not JSON\n{}\n');
    await expect(startSimulator({ dataDir })).rejects.toThrow(/is damaged at byte 0/);
  });
});

async function ledgerOf(url: string): Promise<{ orderId: string }[]> {
  const { charges } = (await (await fetch(`${url}/_test/ledger`)).json()) as {
    charges: { orderId: string }[];
  };
  return charges;
}
