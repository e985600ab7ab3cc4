import { expect, test } from 'vitest';
import { checkoutFields, nestFields } from '#lib/checkout/checkout-fields.ts';
import { submissionSchema } from '#lib/checkout/submission/schema.ts';

/** The list of the checkout's fields, compared with the schema that validates an order. */

const valid: Record<string, string> = {
  email: 'ada@example.com',
  'shippingAddress.name': 'Ada Lovelace',
  'shippingAddress.country': 'US',
  'shippingAddress.line1': '12 St James Square',
  'shippingAddress.line2': 'Flat 2',
  'shippingAddress.city': 'San Francisco',
  'shippingAddress.region': 'CA',
  'shippingAddress.postalCode': '94107',
  shippingMethod: 'standard',
  'payment.method': 'card',
  'payment.token': 'pm_card_visa',
};

/** What the page adds to the fields; a person does not fill it in. */
const purchase = {
  submitToken: '5f6f7f8f-0000-8000-8000-000000000002',
  cartId: '5f6f7f8f-0000-4000-8000-000000000001',
  cartVersion: 3,
  totalMinor: 4_599,
  currency: 'USD',
  confirmDuplicate: false,
};

const parse = (texts: Record<string, string | undefined>) =>
  submissionSchema.safeParse({ ...purchase, ...nestFields((name) => texts[name]) });

const messagesAt = (name: string, texts: Record<string, string | undefined>) =>
  (parse(texts).error?.issues ?? [])
    .filter(({ path }) => path.join('.') === name)
    .map(({ message }) => message);

test('the fields and the purchase are exactly what an order consists of', () => {
  const { data } = parse(valid);
  const names = Object.entries(data ?? {}).flatMap(([group, value]) =>
    typeof value === 'object' ? Object.keys(value).map((part) => `${group}.${part}`) : group,
  );
  const listed = [...checkoutFields.map(({ name }) => name), ...Object.keys(purchase)];
  expect(names.toSorted()).toEqual(listed.toSorted());
});

test('the form accepts as many characters as the shop does', () => {
  const limited = checkoutFields.filter(({ maxLength }) => maxLength !== undefined);
  expect(limited.map(({ name }) => name)).toEqual(
    Object.keys(valid).filter((name) => !unlimited.includes(name)),
  );
  for (const { name, maxLength = 0 } of limited) {
    const tooLong = `may have at most ${maxLength} characters`;
    expect(messagesAt(name, { ...valid, [name]: 'x'.repeat(maxLength) })).not.toContain(tooLong);
    expect(messagesAt(name, { ...valid, [name]: 'x'.repeat(maxLength + 1) })).toContain(tooLong);
  }
});

/** Chosen, not typed. */
const unlimited = ['shippingAddress.country', 'shippingMethod', 'payment.method', 'payment.token'];

test('the form says the same about an empty field as the shop', () => {
  const needed = checkoutFields.filter(({ missing }) => missing !== undefined);
  expect(needed).not.toEqual([]);
  for (const { name, missing } of needed) {
    expect(messagesAt(name, { ...valid, [name]: undefined })).toEqual([missing]);
  }
});
