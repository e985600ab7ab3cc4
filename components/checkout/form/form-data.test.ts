import { expect, test } from 'vitest';
import { bodyOf, sentenceOf } from '#components/checkout/form/form-data.ts';
import { submissionSchema } from '#lib/checkout/submission/schema.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

const quote: CheckoutQuote = {
  cartId: '5f6f7f8f-0000-4000-8000-000000000001',
  cartVersion: 3,
  submitToken: '5f6f7f8f-0000-8000-8000-000000000002',
  currency: 'USD',
  subtotalMinor: 4_100,
  shippingMinor: 499,
  taxMinor: 0,
  discountMinor: 0,
  totalMinor: 4_599,
  shippingMethods: [],
  paymentMethods: [],
};

function typed(values: Record<string, string> = {}): FormData {
  const form = new FormData();
  const all = {
    email: 'ada@example.com',
    shippingMethod: 'standard',
    'shippingAddress.name': 'Ada Lovelace',
    'shippingAddress.line1': '12 St James Square',
    'shippingAddress.line2': '',
    'shippingAddress.city': 'San Francisco',
    'shippingAddress.region': 'CA',
    'shippingAddress.postalCode': '94107',
    'shippingAddress.country': 'US',
    'payment.method': 'invoice',
    ...values,
  };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  return form;
}

test('a complete form produces a body that the shop accepts', () => {
  const parsed = submissionSchema.safeParse(bodyOf(typed(), quote));
  expect(parsed.error).toBeUndefined();
  expect(parsed.data).toMatchObject({ totalMinor: 4_599, confirmDuplicate: false });
});

test('a card order includes its token, and an invoice order omits the card that the form preselects', () => {
  const card = typed({ 'payment.method': 'card', 'payment.token': 'pm_card_visa' });
  expect(bodyOf(card, quote).payment).toEqual({ method: 'card', token: 'pm_card_visa' });
  const invoice = typed({ 'payment.token': 'pm_card_visa' });
  expect(bodyOf(invoice, quote).payment).toEqual({ method: 'invoice' });
});

test('the order request comes from the quote on the page, not from inputs that a browser restored', () => {
  const restored = typed({
    submitToken: 'old',
    cartId: 'old',
    cartVersion: '2',
    totalMinor: '1',
    currency: 'EUR',
  });
  const { submitToken, cartId, cartVersion, totalMinor, currency } = quote;
  expect(bodyOf(restored, quote)).toMatchObject({ submitToken, cartId, cartVersion, totalMinor, currency });
});

test('only the button for it confirms a second order of the same items', () => {
  expect(bodyOf(typed(), quote)).not.toHaveProperty('confirmDuplicate');
  expect(bodyOf(typed({ confirmDuplicate: 'true' }), quote)).toMatchObject({ confirmDuplicate: true });
});

test.each([
  ['enter the postal code', 'Enter the postal code.'],
  ['Enter your email address.', 'Enter your email address.'],
])('%s reads as a sentence', (message, sentence) => {
  expect(sentenceOf(message)).toBe(sentence);
});
