import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { type Charge, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';

/** A provider, payments and charges for the tests of the queries. */

/** Every test says what it answers. */
export const provider = {
  authorize: vi.fn(),
  retrieve: vi.fn(),
  find: vi.fn(),
  now: vi.fn(),
  spendKey: vi.fn(),
  void: vi.fn(),
};

/** The provider's clock. */
export const providerNow = new Date('2031-05-05T12:00:00Z');

export const publicUrl = { value: undefined as string | undefined };

/** What the tests put in the place of `payment-provider.ts` and `env.ts`. */
export const providerModule = { paymentProvider: async () => provider };
export const envModule = {
  env: () => ({ PUBLIC_URL: publicUrl.value, LOG_LEVEL: 'silent' }),
  siteUrl: () => 'http://127.0.0.1:3000',
};

/** Forgets what the test before has set. */
export function resetProvider(): void {
  vi.resetAllMocks();
  provider.now.mockResolvedValue(providerNow);
  publicUrl.value = undefined;
}

export const hourMs = 3_600_000;

export const payment: PaymentRow = {
  userId: randomUUID(),
  orderId: randomUUID(),
  attempt: 1,
  method: 'card',
  status: 'created',
  version: 1,
  amountMinor: 4_599,
  currency: 'USD',
  idempotencyKey: 'order:1',
  providerRef: null,
  token: 'pm_card_visa',
  declineCode: null,
  actionUrl: null,
  refundedMinor: 0,
  capturedMinor: 0,
  lostMinor: 0,
  feeMinor: null,
  createdAt: new Date('2026-01-01'),
  ageMs: 0,
};

export const known = { ...payment, providerRef: 'pi_1' };

/** An attempt whose key the provider may have forgotten. */
export const old = { ...payment, ageMs: 23 * hourMs };

export const charge = (status: Charge['status'], ref: string | undefined = 'pi_1'): Charge => ({
  ref,
  status,
  amountMinor: 4_599,
  currency: 'USD',
});

export const lost = new UnknownOutcome('test', new Error('ECONNRESET'));
