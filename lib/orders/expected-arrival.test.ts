import { expect, test, vi } from 'vitest';
import { type ExpectedOrder, expectedArrival } from '#lib/orders/expected-arrival.ts';
import { orderStatuses } from '#lib/orders/schema.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
vi.stubEnv('SHOP_TIME_ZONE', 'Asia/Tokyo');

/** Thursday evening in UTC, which is Friday in Tokyo. */
const placedAt = new Date('2026-12-03T20:00:00Z');

const arrival = (more: Partial<ExpectedOrder> = {}, now = placedAt, rules: typeof firstRules = firstRules) =>
  expectedArrival(
    {
      status: 'placed',
      shippingMethod: 'express',
      placedAt,
      paidAt: null,
      fulfilledAt: null,
      disputed: false,
      ...more,
    },
    rules,
    now,
  );

test('the working days of the method begin after the day of the order in the shop’s time zone', () => {
  expect(arrival()).toBe('Mon, Dec 7 – Tue, Dec 8');
  expect(arrival({ shippingMethod: 'standard' })).toBe('Wed, Dec 9 – Fri, Dec 11');
});

test('an order that was paid later arrives later', () => {
  const paidAt = new Date('2026-12-08T01:00:00Z');
  expect(arrival({ status: 'paid', paidAt })).toBe('Wed, Dec 9 – Thu, Dec 10');
});

test('only an order that the shop sends, or has sent, has an estimate', () => {
  const sent = orderStatuses.filter((status) => arrival({ status }) !== undefined);
  expect(sent).toEqual(['placed', 'paid', 'fulfilled']);
  expect(arrival({ status: 'paid', disputed: true })).toBeUndefined();
});

test('a method without days, or one that the shop has removed, has no estimate', () => {
  const [method] = firstRules.shippingMethods;
  if (!method) throw new Error('there is no method');
  const rules = { ...firstRules, shippingMethods: [{ ...method, id: 'express', deliveryDays: null }] };
  expect(arrival({}, placedAt, rules)).toBeUndefined();
  expect(arrival({ shippingMethod: 'removed' })).toBeUndefined();
});

test('the estimate of a parcel that left in time is told until the end of its last day', () => {
  const sent = { status: 'fulfilled', fulfilledAt: new Date('2026-12-06T14:59:59Z') } as const;
  expect(arrival(sent, new Date('2026-12-08T14:59:59Z'))).toBe('Mon, Dec 7 – Tue, Dec 8');
  expect(arrival(sent, new Date('2026-12-08T15:00:00Z'))).toBeUndefined();
});

test('a parcel that leaves on the first of these days or later does not arrive on them', () => {
  // What broke: the email about a late parcel named days that had passed.
  const late = { status: 'fulfilled', fulfilledAt: new Date('2026-12-06T15:00:00Z') } as const;
  expect(arrival(late, late.fulfilledAt)).toBeUndefined();
  expect(arrival({}, new Date('2026-12-06T14:59:59Z'))).toBe('Mon, Dec 7 – Tue, Dec 8');
  expect(arrival({}, new Date('2026-12-06T15:00:00Z'))).toBeUndefined();
});
