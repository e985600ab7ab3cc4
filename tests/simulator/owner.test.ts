import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { afterAll, expect, test } from 'vitest';
import type { Fault } from '#proof/simulator/faults.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** What the owner does at the provider while shoppers pay, and which events the shop gets. */

const received: Stripe.Event[] = [];
const shop = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  received.push(JSON.parse(body));
  response.writeHead(200).end();
});
await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
afterAll(() => shop.closeAllConnections());
const webhookUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;

const simulator = await openSimulator({ webhookUrl });
const stripe = stripeFor(simulator.url);

async function pay(
  kind: string,
  card = 'pm_card_visa',
  rest: Partial<Stripe.PaymentIntentCreateParams> = {},
) {
  const { id } = await stripe.paymentIntents.create({
    amount: 3_001,
    currency: 'usd',
    confirm: true,
    payment_method: card,
    allowed_payment_method_types: ['card'],
    return_url: 'https://shop.test/',
    metadata: { order_id: kind },
    ...rest,
  });
  return id;
}

/** The types of the events that the shop got for a payment. */
const toldOf = (id: string) =>
  received
    .filter(({ data }) => {
      const object = data.object as { id?: string; payment_intent?: string };
      return object.id === id || object.payment_intent === id;
    })
    .map(({ type }) => type)
    .toSorted();

const rowOf = (orderId: string) => simulator.ledger(orderId)[0];

test.each<[Fault['kind'], object, string[]]>([
  ['owner_refund', { refunded: 3_001, live: false }, ['refund.created', 'charge.refunded']],
  ['owner_refund_part', { refunded: 301, live: true }, ['refund.created', 'charge.refunded']],
  [
    'owner_refund_fails',
    { refunded: 0, live: true },
    ['refund.created', 'charge.refunded', 'refund.updated', 'refund.failed'],
  ],
  [
    'owner_dispute_lost',
    { disputed: 3_001, refunded: 0 },
    ['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed'],
  ],
  [
    'owner_dispute_won',
    { disputed: 0, refunded: 0 },
    [
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ],
  ],
])('%s strikes the next payment, once, and its events are delivered', async (kind, row, events) => {
  const before = simulator.ownerActs();
  simulator.addFault({ kind, ms: 1 });
  const id = await pay(kind);
  await expect.poll(() => rowOf(kind)).toMatchObject(row);
  await expect.poll(() => toldOf(id)).toEqual([...events, 'payment_intent.succeeded'].toSorted());
  await pay(`${kind} again`);
  expect(rowOf(`${kind} again`)).toMatchObject({ refunded: 0, disputed: 0 });
  expect([simulator.ownerActs() - before, simulator.faultsLeft()]).toEqual([1, 0]);
});

test('an authorized payment is captured, and one that waits at the bank is cancelled', async () => {
  simulator.addFault({ kind: 'owner_capture', ms: 1 });
  simulator.addFault({ kind: 'owner_cancel', ms: 1 });
  await pay('paid, and neither');
  await pay('held', 'pm_card_visa', { capture_method: 'manual' });
  await expect.poll(() => rowOf('held')).toMatchObject({ captured: 3_001 });
  const id = await pay('at the bank', 'pm_card_authenticationRequired');
  await expect.poll(() => stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'canceled' });
});

test('a declined payment is confirmed by its shopper with another card', async () => {
  simulator.addFault({ kind: 'shopper_confirms_again', ms: 1 });
  await expect(pay('confirmed again', 'pm_card_chargeDeclined')).rejects.toMatchObject({ statusCode: 402 });
  await expect.poll(() => rowOf('confirmed again')).toMatchObject({ captured: 3_001, live: true });
  const { paymentIntent } = rowOf('confirmed again') ?? {};
  const events = ['payment_intent.payment_failed', 'payment_intent.succeeded'];
  await expect.poll(() => toldOf(paymentIntent ?? '')).toEqual(events);
});

test('a lost event is not delivered, but listed', async () => {
  simulator.addFault({ kind: 'owner_refund', ms: 1, events: 'lost' });
  const id = await pay('lost');
  await expect.poll(() => rowOf('lost')).toMatchObject({ refunded: 3_001 });
  await simulator.flushWebhooks();
  expect(toldOf(id)).toEqual(['payment_intent.succeeded']);
  const { data } = await stripe.events.list({ type: 'charge.refunded', limit: 1 });
  expect(data[0]?.data.object).toMatchObject({ payment_intent: id });
});

test('a late event is delivered eventually', async () => {
  simulator.addFault({ kind: 'owner_dispute_lost', ms: 1, events: 'late' });
  const id = await pay('late');
  await expect.poll(() => rowOf('late')).toMatchObject({ disputed: 3_001 });
  expect(toldOf(id)).not.toContain('charge.dispute.created');
  await expect
    .poll(async () => {
      await simulator.flushWebhooks();
      return toldOf(id);
    })
    .toEqual(expect.arrayContaining(['charge.dispute.created', 'charge.dispute.closed']));
});

test('an action that is refused because the shop was faster strikes the next payment instead', async () => {
  const before = simulator.ownerActs();
  simulator.addFault({ kind: 'owner_refund', ms: 300, on: { orderId: 'shop first' } });
  await stripe.refunds.create({ payment_intent: await pay('shop first') });
  await expect.poll(() => simulator.faultsLeft()).toBe(1);
  simulator.clearFaults();
  expect(simulator.ownerActs()).toBe(before);
});
