import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import {
  hostile,
  hostileBytes,
  hostileHeader,
  incompressible,
  nearly,
} from '#tests/support/contract/hostile-input.ts';
import { existingOrders, movesNothing } from '#tests/support/contract/hostile-orders.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

/**
 * Events with a valid signature, from the provider or from an attacker who has its secret. Whatever an event
 * contains, it is answered as the contract says and changes no order, payment or stock. An event is only a
 * hint to look, and the look finds nothing new.
 *
 * It is never answered 503 either: that asks the provider to send it again, and the same event cannot succeed
 * later.
 */
const { simulator } = await openPayingShop();
const call = conforming(callHandlers);
const { one } = await existingOrders(call, simulator);
const stripe = stripeFor(simulator.url);
const secret = simulator.webhookSecret;
const refund = await db().refund.findFirstOrThrow({ where: { orderId: one('refunded').id } });

/** Received events are stored, whatever they are about. */
const except = ['payment_event'] as const;

function send(payload: string | Uint8Array<ArrayBuffer>, signature?: string): Promise<Response> {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString();
  const signed = signature ?? stripe.webhooks.generateTestHeaderString({ payload: text, secret });
  return call('/api/webhooks/payments', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signed },
    body: payload,
  });
}

type Json = Record<string, unknown>;

/** An event as the provider sends it, about a charge or a refund of one of the existing orders. */
const events: Record<string, () => Json> = {
  'a charge at the bank': () => intentEvent(one('payment_pending').ref),
  'a charge that was declined': () => intentEvent(one('payment_declined').ref),
  'a charge that was paid': () => intentEvent(one('paid').ref),
  'a charge that was given back': () => intentEvent(one('refunded').ref),
  'a refund': () => ({
    ...intentEvent(undefined),
    type: 'refund.updated',
    data: {
      object: {
        id: refund.providerRef,
        object: 'refund',
        payment_intent: one('refunded').ref,
        status: 'succeeded',
        metadata: { refund_id: refund.id },
      },
    },
  }),
  'a charge by the charge’s own name': () => ({
    ...intentEvent(undefined),
    type: 'charge.succeeded',
    data: { object: { id: 'ch_1', object: 'charge', payment_intent: one('paid').ref } },
  }),
};

function eventOf(kind: string): Json {
  const make = events[kind];
  if (!make) throw new Error(`there are no events about ${kind}`);
  return make();
}

function intentEvent(ref: string | undefined): Json {
  return {
    id: `evt_${randomUUID()}`,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1,
    data: { object: { id: ref, object: 'payment_intent', status: 'succeeded', metadata: { attempt: '1' } } },
  };
}

const parts = [
  'id',
  'object',
  'type',
  'created',
  'data',
  'data.object',
  'data.object.id',
  'data.object.object',
  'data.object.status',
  'data.object.payment_intent',
  'data.object.metadata',
  'data.object.metadata.refund_id',
  'data.object.metadata.order_id',
];

/** The same event with another value at one path, or without that path if the value is undefined. */
function withPart(event: Json, path: string, value: unknown): Json {
  const [first = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? value : withPart((event[first] ?? {}) as Json, rest.join('.'), value);
  return { ...event, [first]: inner };
}

function partOf(event: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Json | undefined)?.[name], event);
}

/** The kinds of events that have a value at this path, or all of them if none has. */
function kindsWith(path: string): string[] {
  const kinds = Object.keys(events);
  const having = kinds.filter((kind) => partOf(eventOf(kind), path) !== undefined);
  return having.length > 0 ? having : kinds;
}

test.each(parts)('an event with any value for its %s changes nothing', async (path) => {
  const changes = fc.constantFrom(...kindsWith(path)).chain((kind) => {
    const now = partOf(eventOf(kind), path);
    const values = fc.oneof(
      hostile,
      fc.constant(undefined),
      ...(typeof now === 'string' ? [nearly(now)] : []),
    );
    return fc.tuple(fc.constant(kind), values);
  });
  await fc.assert(
    fc.asyncProperty(changes, async ([kind, value]) => {
      const event = withPart(eventOf(kind), path, value);
      const response = await movesNothing(simulator, () => send(JSON.stringify(event)), { except });
      expect([200, 400]).toContain(response.status);
    }),
    { numRuns: 20 },
  );
});

/**
 * What broke, found by the property above: each of these was answered 500, or 503 "send it again", and the
 * provider would have repeated it for days.
 */
const found: [what: string, kind: string, path: string, value: unknown][] = [
  ['has no id', 'a charge that was paid', 'id', undefined],
  ['has null for an id', 'a charge that was paid', 'id', null],
  ['has an id that no database could read', 'a charge that was paid', 'id', 'evt_\0'],
  ['has an id that is too long for an index', 'a charge that was paid', 'id', incompressible],
  ['has no type', 'a charge that was paid', 'type', undefined],
  ['has null for a type', 'a charge that was paid', 'type', null],
  ['has a type that no database could read', 'a charge that was paid', 'type', 'payment_intent.\0'],
  ['is about a charge that no database could read', 'a charge that was paid', 'data.object.id', 'pi_\0'],
  ['is about a charge without a name', 'a charge that was paid', 'data.object.id', ''],
  ['is about a charge that is the list of all', 'a charge that was paid', 'data.object.id', '.'],
  ['is about a charge that no address can hold', 'a charge that was paid', 'data.object.id', 'pi_\ud800'],
  [
    'is about more of a charge than an address holds',
    'a charge that was paid',
    'data.object.id',
    'é'.repeat(9_000),
  ],
  ['is of a charge without a name', 'a refund', 'data.object.payment_intent', ''],
  ['is about a list of refunds', 'a refund', 'data.object.metadata.refund_id', [refund.id]],
];

test.each(found)(
  'an event that %s is received or refused, and never answered “send again”',
  async (_, kind, path, value) => {
    const event = withPart(eventOf(kind), path, value);
    const response = await movesNothing(simulator, () => send(JSON.stringify(event)), { except });
    expect([200, 400]).toContain(response.status);
  },
);

// What broke: bytes that are not UTF-8 were answered `invalid_request`, which the document did not list.
test('any bytes with the right signature are received or refused, and change nothing', async () => {
  const bytes = fc.oneof(
    hostileBytes,
    hostile.map((value) => new TextEncoder().encode(JSON.stringify(value))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (body) => {
      const response = await movesNothing(simulator, () => send(body));
      expect([200, 400]).toContain(response.status);
    }),
    { numRuns: 50 },
  );
});

test('an event with any other signature is refused and not recorded', async () => {
  await fc.assert(
    fc.asyncProperty(hostileHeader, async (signature) => {
      const event = JSON.stringify(eventOf('a charge that was paid'));
      const response = await movesNothing(simulator, () => send(event, signature));
      expect([response.status, await response.json()]).toMatchObject([400, { code: 'signature_invalid' }]);
    }),
    { numRuns: 40 },
  );
});

test('an event about an object that the shop does not have is ignored, whatever it contains', async () => {
  const kinds = fc.oneof(
    fc.constantFrom(
      'account',
      'customer',
      'dispute',
      'invoice',
      'payout',
      'charge',
      'refund',
      'event',
      'list',
    ),
    hostile,
  );
  await fc.assert(
    fc.asyncProperty(kinds, fc.dictionary(fc.string(), hostile), async (object, members) => {
      const about = { ...members, id: 'xx_1', object, payment_intent: null };
      const event = { ...intentEvent(undefined), type: 'something.happened', data: { object: about } };
      const response = await movesNothing(simulator, () => send(JSON.stringify(event)));
      expect([response.status, await response.json()]).toEqual([200, { outcome: 'ignored' }]);
    }),
    { numRuns: 40 },
  );
});

test('an event above the size limit is refused', async () => {
  const event = { ...intentEvent(one('paid').ref), padding: 'x'.repeat(256 * 1_024) };
  const response = await movesNothing(simulator, () => send(JSON.stringify(event)));
  expect(response.status).toBe(413);
});
