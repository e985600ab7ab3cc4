import { expect, test } from 'vitest';
import { placementOf, toOrderReceipt } from '#lib/orders/placement.ts';
import { submissionSchema } from '#lib/orders/schema.ts';

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
const hashOf = (change: object) => placementOf('u', submissionSchema.parse({ ...body, ...change })).bodyHash;

test('the hash of a body is what it was in the first release: replays of old orders depend on it', () => {
  expect(hashOf({})).toBe('v1.gYrab-X92Ukse7EUsqjR-ZJA_noWKt4VlCAO9lqle1c');
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
