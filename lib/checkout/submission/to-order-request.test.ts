import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { earlierSubmissionSchema } from '#lib/checkout/submission/earlier-submission.ts';
import { type Submission, submissionSchema } from '#lib/checkout/submission/schema.ts';
import { toOrderRequest } from '#lib/checkout/submission/to-order-request.ts';
import { toOrderReceipt } from '#lib/orders/order-request.ts';
import type { Signer } from '#lib/platform/signing.ts';

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
const signer =
  (secret: string): Signer =>
  (purpose, message) =>
    createHmac('sha256', secret).update(`${purpose}\n${message}`).digest();

interface Placed {
  userId?: string;
  secret?: string;
  ip?: string | undefined;
  schema?: z.ZodType<Submission>;
}

const placed = (
  change: object,
  { userId = 'u', secret = 's', ip, schema = earlierSubmissionSchema }: Placed = {},
) => toOrderRequest(userId, schema.parse({ ...body, ...change }), { signWith: signer(secret), ip });

const hashOf = (change: object, schema?: z.ZodType<Submission>) =>
  placed(change, schema === undefined ? {} : { schema }).bodyHash;

// What broke: ids were random, so after a database lost its last commits, a submission was charged again.
test('a submission always has the same order id and number, at any time and with any body', () => {
  const { orderId, orderNumber } = placed({});
  expect(orderId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(placed({ email: 'eve@example.com' })).toMatchObject({ orderId, orderNumber });
  const others = [
    placed({ submitToken: '00000000-0000-8000-8000-000000000000' }),
    placed({}, { userId: 'v' }),
    placed({}, { secret: 't' }),
  ];
  expect(new Set([orderId, ...others.map((other) => other.orderId)]).size).toBe(4);
  expect(new Set([orderNumber, ...others.map((other) => other.orderNumber)]).size).toBe(4);
});

test('the order id and number of a submission are the same as in the first release that derived them', () => {
  expect(placed({})).toMatchObject({
    orderId: '64eb9bcc-3e38-8ae9-95a5-8d71fcfc89a3',
    orderNumber: 'EA5M-7K8N-9M0R',
  });
});

test('the hash of a body is the same as in the first release, so replays of old orders still match', () => {
  expect(hashOf({})).toBe('v1.gYrab-X92Ukse7EUsqjR-ZJA_noWKt4VlCAO9lqle1c');
});

test('a body that the current rules accept has the same hash as under the rules of the first release', () => {
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

test('bodies with the same meaning have the same hash, and all others differ', () => {
  expect(hashOf({ confirmDuplicate: true, note: 'unknown', email: ' ada@example.com ' })).toBe(hashOf({}));
  expect(hashOf({ shippingAddress: { ...body.shippingAddress, line2: '' } })).toBe(hashOf({}));
  expect(hashOf({ shippingAddress: { ...body.shippingAddress, line2: 'Flat 2' } })).not.toBe(hashOf({}));
  expect(hashOf({ email: 'eve@example.com' })).not.toBe(hashOf({}));
});

test('the same order with another card or by invoice has another hash', () => {
  const byCard = (token: string) => hashOf({ payment: { method: 'card', token } });
  expect(byCard('pm_1')).toBe(byCard('pm_1'));
  expect(new Set([byCard('pm_1'), byCard('pm_2'), hashOf({})]).size).toBe(3);
});

test('email addresses that differ only in case or a tag share their count of unpaid orders', () => {
  const emailHash = (email: string) => placed({ email }).emailHash;
  expect(emailHash('Ada+second@Example.com')).toBe(emailHash('ada@example.com'));
  expect(emailHash('eve@example.com')).not.toBe(emailHash('ada@example.com'));
});

test('an IPv6 household counts as one network, and an unknown address as none', () => {
  const networkHash = (ip?: string) => placed({}, { ip }).networkHash;
  expect(networkHash('2001:db8::1')).toBe(networkHash('2001:db8::2'));
  expect(networkHash('203.0.113.1')).not.toBe(networkHash('203.0.113.2'));
  expect(networkHash()).toBeUndefined();
});

test('a receipt has the URLs of the order, and no field that may change', () => {
  const receipt = { id: 'o-1', number: 'ABCD', totalMinor: 1_499, currency: 'USD' };
  expect(toOrderReceipt({ ...receipt, status: 'placed' } as typeof receipt)).toEqual({
    ...receipt,
    url: '/orders/o-1',
    statusUrl: '/api/orders/o-1',
  });
});
