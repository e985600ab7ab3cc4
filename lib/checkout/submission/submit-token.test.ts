import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { type Checkout, signerOf, submitTokenFor } from '#lib/checkout/submission/submit-token.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

const checkout: Checkout = {
  userId: '4be0643f-1d98-473b-97cd-ca98a65347dd',
  cartId: '0b4f1a52-6d2c-8a3e-9b1f-0c7d5e3a2b10',
  cartVersion: 3,
  totalMinor: 4_599,
  currency: 'USD',
};

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'current-secret-of-at-least-32-characters');
  vi.stubEnv('ONCE_SECRETS_OLD', 'earlier-secret-of-at-least-32-characters');
});

test('a submit token is a version-8 UUID and the same every time', () => {
  const token = submitTokenFor(checkout);
  expect(isUuid(token)).toBe(true);
  expect(token[14]).toBe('8');
  expect(token[19]).toMatch(/[89ab]/);
  expect(submitTokenFor({ ...checkout })).toBe(token);
  expect(signerOf(token, checkout)).toBeDefined();
});

test('the token of a checkout is the same as in the first release, so open checkouts stay valid', () => {
  expect(submitTokenFor(checkout)).toBe('e22bd76a-9f45-87b6-9eb1-a4e027d6935f');
});

test('a token becomes invalid when any part of its checkout changes', () => {
  const token = submitTokenFor(checkout);
  const others: Partial<Checkout>[] = [
    { userId: '4be0643f-1d98-473b-97cd-ca98a65347de' },
    { cartId: '0b4f1a52-6d2c-8a3e-9b1f-0c7d5e3a2b11' },
    { cartVersion: 4 },
    { totalMinor: 4_600 },
    { currency: 'EUR' },
  ];
  for (const other of others) expect(signerOf(token, { ...checkout, ...other })).toBeUndefined();
});

test('different checkouts have different tokens', () => {
  const checkouts = fc.record({
    userId: fc.uuid(),
    cartId: fc.uuid(),
    cartVersion: fc.integer({ min: 1 }),
    totalMinor: fc.nat(),
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
  });
  fc.assert(
    fc.property(checkouts, checkouts, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      return submitTokenFor(a) !== submitTokenFor(b) && !signerOf(submitTokenFor(a), b);
    }),
  );
});

test('the digits of one number never run into the next number', () => {
  const token = submitTokenFor({ ...checkout, cartVersion: 1, totalMinor: 2_345 });
  expect(signerOf(token, { ...checkout, cartVersion: 12, totalMinor: 345 })).toBeUndefined();
});

test('a guessed token is not accepted', () => {
  fc.assert(fc.property(fc.uuid({ version: 8 }), (guess) => !signerOf(guess, checkout)));
});

test('a token made under an old secret is still accepted, one made under a foreign secret never', async () => {
  const tokenUnder = async (secret: string) => {
    vi.resetModules();
    vi.stubEnv('ONCE_SECRET', secret);
    vi.stubEnv('ONCE_SECRETS_OLD', '');
    return (await import('#lib/checkout/submission/submit-token.ts')).submitTokenFor(checkout);
  };
  const retired = await tokenUnder('earlier-secret-of-at-least-32-characters');
  const foreign = await tokenUnder('foreign-secret-of-at-least-32-characters');
  expect(signerOf(retired, checkout)).toBeDefined();
  expect(signerOf(foreign, checkout)).toBeUndefined();
});
