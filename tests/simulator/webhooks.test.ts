import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator } from '#proof/simulator/start-simulator.ts';
import { openSimulator, simulatorFolder, stripeFor } from '#tests/support/services/simulator.ts';

/** The simulator sends signed events as Stripe does, until the shop accepts them. */

const secret = 'whsec_of_the_test';
let received: { event: Stripe.Event; body: string; signature: string }[] = [];
/** How many of the next events get a 500. */
let failures = 0;

const shop = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (failures > 0) {
    failures -= 1;
    return response.writeHead(500).end();
  }
  const signature = String(request.headers['stripe-signature']);
  const event = Stripe.webhooks.constructEvent(body, signature, secret);
  received.push({ event, body, signature });
  response.writeHead(200).end();
});
await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
const webhookUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/api/webhooks/payments`;
afterAll(() => shop.closeAllConnections());

const simulator = await openSimulator({ webhookUrl, webhookSecret: secret });
const stripe = stripeFor(simulator.url);

beforeEach(async () => {
  await simulator.flushWebhooks();
  received = [];
});

const create = (orderId: string, rest: Partial<Stripe.PaymentIntentCreateParams> = {}, client = stripe) =>
  client.paymentIntents.create({
    amount: 3_000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    allowed_payment_method_types: ['card'],
    metadata: { order_id: orderId },
    ...rest,
  });

const types = () => received.map(({ event }) => event.type);
const objectOf = (at: number) => received[at]?.event.data.object;
const orderOf = ({ event }: { event: Stripe.Event }) =>
  (event.data.object as Stripe.PaymentIntent).metadata.order_id;

describe('an event', () => {
  test('is signed as the official client checks it, and shows the payment', async () => {
    const { id } = await create('signed');
    await expect.poll(types).toEqual(['payment_intent.succeeded']);
    expect(received[0]?.event).toMatchObject({
      object: 'event',
      livemode: false,
      api_version: expect.any(String),
    });
    expect(received[0]?.event.id).toMatch(/^evt_/);
    expect(objectOf(0)).toMatchObject({ id, status: 'succeeded', metadata: { order_id: 'signed' } });
    const { body = '', signature = '' } = received[0] ?? {};
    expect(() => Stripe.webhooks.constructEvent(body.replace('3000', '1'), signature, secret)).toThrow();
    expect(() => Stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow();
  });

  test('is sent for every change: declined, authorized, captured, cancelled, refunded', async () => {
    await create('refused', { payment_method: 'pm_card_chargeDeclined' }).catch(() => undefined);
    await expect.poll(types).toEqual(['payment_intent.payment_failed']);
    const held = await create('held', { capture_method: 'manual' });
    await expect.poll(() => types().at(-1)).toBe('payment_intent.amount_capturable_updated');
    await stripe.paymentIntents.capture(held.id);
    await expect.poll(() => types().at(-1)).toBe('payment_intent.succeeded');
    await stripe.refunds.create({ payment_intent: held.id, amount: 1_000 });
    await expect.poll(() => types().slice(3).sort()).toEqual(['charge.refunded', 'refund.created']);
    expect(objectOf(types().indexOf('charge.refunded'))).toMatchObject({
      object: 'charge',
      payment_intent: held.id,
      amount_refunded: 1_000,
    });
    expect(objectOf(types().indexOf('refund.created'))).toMatchObject({ object: 'refund', amount: 1_000 });
    const dropped = await create('dropped', { capture_method: 'manual' });
    await stripe.paymentIntents.cancel(dropped.id);
    await expect.poll(types).toContain('payment_intent.canceled');
  });

  test('is sent for what is decided later', async () => {
    await create('debit', { payment_method: 'pm_usBankAccount_insufficientFunds' });
    await expect.poll(types).toEqual(['payment_intent.processing', 'payment_intent.payment_failed']);
    const { id } = await create('slow refund', { payment_method: 'pm_card_pendingRefund' });
    await stripe.refunds.create({ payment_intent: id });
    await expect.poll(types).toContain('refund.updated');
    expect(received.at(-1)?.event.data.object).toMatchObject({ object: 'refund', status: 'succeeded' });
  });

  test('is sent again until it is answered with 2xx, under the same id', async () => {
    failures = 3;
    await create('retried');
    await expect.poll(types).toEqual(['payment_intent.succeeded']);
    expect(failures).toBe(0);
    await sleep(100);
    expect(received).toHaveLength(1);
  });

  test('that was not delivered is sent after a restart, and a delivered one is not', async () => {
    const dataDir = simulatorFolder();
    const before = await startSimulator({ dataDir, webhookUrl, webhookSecret: secret });
    await create('heard', {}, stripeFor(before.url));
    await expect.poll(() => received.length).toBe(1);
    before.setWebhookUrl('http://127.0.0.1:9/nobody');
    await create('unheard', {}, stripeFor(before.url));
    await before.kill();
    await openSimulator({ dataDir, webhookUrl, webhookSecret: secret });
    await expect.poll(() => received.length).toBeGreaterThan(1);
    await sleep(100);
    const orders = received.map(orderOf);
    // An event that was delivered just before the crash may be sent again. Its id is the same.
    expect(new Set(orders)).toEqual(new Set(['heard', 'unheard']));
    expect(orders.at(-1)).toBe('unheard');
  });
});

describe('with a fault, an event', () => {
  test('is sent twice', async () => {
    simulator.addFault({ kind: 'webhook_duplicate', on: { orderId: 'double' } });
    await create('double');
    await expect.poll(() => received.length).toBe(2);
    expect(received[0]?.event.id).toBe(received[1]?.event.id);
  });

  test('is overtaken by the next one', async () => {
    simulator.addFault({ kind: 'webhook_reorder', on: { orderId: 'overtaken' } });
    const { id } = await create('overtaken', { capture_method: 'manual' });
    await stripe.paymentIntents.capture(id);
    await expect
      .poll(types)
      .toEqual(['payment_intent.succeeded', 'payment_intent.amount_capturable_updated']);
  });

  test('arrives late', async () => {
    simulator.addFault({ kind: 'webhook_delay', ms: 200, on: { type: 'succeeded$' } });
    const began = performance.now();
    await create('late');
    await expect.poll(types).toEqual(['payment_intent.succeeded']);
    expect(performance.now() - began).toBeGreaterThan(190);
  });

  test('is never sent, until a resend is requested', async () => {
    simulator.addFault({ kind: 'webhook_drop', on: { orderId: 'lost' } });
    const { id } = await create('lost');
    expect(await simulator.flushWebhooks()).toBe(0);
    await sleep(50);
    expect(received).toHaveLength(0);
    const answer = await fetch(`${simulator.url}/_test/webhooks/resend?payment_intent=${id}`, {
      method: 'POST',
    });
    expect(await answer.json()).toEqual({ resent: 1 });
    await expect.poll(types).toEqual(['payment_intent.succeeded']);
  });

  test('that waits is sent immediately by a flush', async () => {
    simulator.addFault({ kind: 'webhook_delay', ms: 60_000, on: { orderId: 'flushed' } });
    await create('flushed');
    const answer = await fetch(`${simulator.url}/_test/webhooks/flush`, { method: 'POST' });
    expect(await answer.json()).toEqual({ untold: 0 });
    expect(types()).toEqual(['payment_intent.succeeded']);
  });
});
