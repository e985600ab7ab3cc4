import { expect, test, vi } from 'vitest';

const variables = vi.hoisted(() => ({ now: {} as Record<string, string> }));
vi.mock('#lib/platform/env.ts', async (original) => {
  const { parseEnv } = await original<typeof import('#lib/platform/env.ts')>();
  return { env: () => parseEnv(variables.now) };
});
const { unpaidPolicy } = await import('#lib/orders/unpaid/unpaid-policy.ts');

const base = { DATABASE_URL: 'postgresql://not-used', ONCE_SECRET: 'x'.repeat(32) };
const policyOf = (more: Record<string, string>) => {
  variables.now = { ...base, ...more };
  return unpaidPolicy();
};

test('an exposed shop limits an email address like a shopper, and gives a network more room', () => {
  const { shopper, email, network } = policyOf({
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://shop.example',
  });
  expect(shopper).toEqual({ invoices: 30, cards: 3, units: 100, invoicedMinor: 200_000 });
  expect(email).toEqual(shopper);
  expect(network).toEqual({ invoices: 50, cards: 50, units: 300, invoicedMinor: 0 });
});

test('a shop on a laptop limits its single network loosely and each shopper as usual', () => {
  const { shopper, email, network } = policyOf({ LOCAL_SHOP: '1', HOST: '127.0.0.1' });
  expect(shopper).toEqual({ invoices: 30, cards: 3, units: 100, invoicedMinor: 200_000 });
  expect(network).toEqual({ invoices: 1_000, cards: 1_000, units: 1_500, invoicedMinor: 0 });
  expect(email).toEqual(network);
});

// A load test turns the rate limit of addresses off. It uses one network address and one email address.
test('a shop without a rate limit for addresses has no limits for networks and email addresses', () => {
  const places: Record<string, string>[] = [{ PUBLIC_URL: 'https://shop.example' }, { LOCAL_SHOP: '1' }];
  for (const where of places) {
    const { shopper, email, network } = policyOf({ ...where, RATE_LIMIT_IP_PER_MIN: '0' });
    expect(network).toEqual({ invoices: 0, cards: 0, units: 0, invoicedMinor: 0 });
    expect(email).toEqual(network);
    expect(shopper).toEqual({ invoices: 30, cards: 3, units: 100, invoicedMinor: 200_000 });
  }
  const set = policyOf({ RATE_LIMIT_IP_PER_MIN: '0', UNPAID_UNITS_PER_NETWORK: '9' });
  expect(set.network).toMatchObject({ invoices: 0, units: 9 });
});

test('configured limits apply to exposed and local shops', () => {
  const set = { UNPAID_ORDERS_PER_NETWORK: '7', UNPAID_UNITS_PER_NETWORK: '0', INVOICE_MAX_MINOR: '0' };
  expect(policyOf({ ...set, LOCAL_SHOP: '1' })).toMatchObject({
    invoiceMaxMinor: 0,
    network: { invoices: 7, units: 0 },
  });
});
