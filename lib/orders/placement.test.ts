import { expect, test } from 'vitest';
import type { z } from 'zod';
import { earlierSubmissionSchema } from '#lib/orders/earlier-submission.ts';
import { placementOf, toOrderReceipt } from '#lib/orders/placement.ts';
import { type Submission, submissionSchema } from '#lib/orders/schema.ts';

const body = {
  submitToken: '7366abe2-80fe-8be4-85cf-c6323f20f85e',
  cartId: 'f7107aa0-47f3-844a-bdd0-28a60f88ec9f',
  cartVersion: 2,
  totalMinor: 1_499,
  currency: 'USD',
  email: 'ada@example.com',
  shippingMethod: 'standard',
  shippingAddress: { name: 'Ada', line1: '1 Street', city: 'Town', postalCode: '1', country: 'US' },
  payment: { method: 'invoice' },
};
const hashOf = (change: object, schema: z.ZodType<Submission> = earlierSubmissionSchema) =>
  placementOf('u', schema.parse({ ...body, ...change })).bodyHash;

test('the hash of a body is what it was in the first release: replays of old orders depend on it', () => {
  expect(hashOf({})).toBe('v1.gYrab-X92Ukse7EUsqjR-ZJA_noWKt4VlCAO9lqle1c');
});

test('a body that today’s rules accept has the hash that it had under the rules of the first release', () => {
  const address = {
    name: ' Zoe\u0308 ',
    line1: '1 Street',
    line2: '',
    city: 'Town',
    region: 'il ',
    postalCode: '62701 1234',
    country: 'US',
  };
  const british = { ...address, region: undefined, postalCode: 'sw1a1aa', country: 'GB' };
  for (const shippingAddress of [address, british]) {
    expect(hashOf({ shippingAddress }, submissionSchema)).toBe(hashOf({ shippingAddress }));
  }
});

test('a body that means the same has the same hash, and any other another', () => {
  expect(hashOf({ confirmDuplicate: true, note: 'unknown', email: ' ada@example.com ' })).toBe(hashOf({}));
  expect(hashOf({ shippingAddress: { ...body.shippingAddress, line2: '' } })).toBe(hashOf({}));
  expect(hashOf({ shippingAddress: { ...body.shippingAddress, line2: 'Flat 2' } })).not.toBe(hashOf({}));
  expect(hashOf({ email: 'eve@example.com' })).not.toBe(hashOf({}));
});

test('the same order with another card, or on invoice, is another submission', () => {
  const byCard = (token: string) => hashOf({ payment: { method: 'card', token } });
  expect(byCard('pm_1')).toBe(byCard('pm_1'));
  expect(new Set([byCard('pm_1'), byCard('pm_2'), hashOf({})]).size).toBe(3);
});

test('a receipt says where the order is, and holds nothing that may change', () => {
  const receipt = { id: 'o-1', number: 'ABCD', totalMinor: 1_499, currency: 'USD' };
  expect(toOrderReceipt({ ...receipt, status: 'placed' } as typeof receipt)).toEqual({
    ...receipt,
    url: '/orders/o-1',
    statusUrl: '/api/orders/o-1',
  });
});
