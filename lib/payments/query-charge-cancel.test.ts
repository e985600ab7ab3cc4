import { beforeEach, describe, expect, test, vi } from 'vitest';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import {
  charge,
  known,
  lost,
  old,
  payment,
  provider,
  resetProvider,
} from '#lib/payments/query-charge-samples.ts';

/** Which requests go to the provider for an attempt, and which never do. */

vi.mock(
  '#lib/payment-provider/payment-provider.ts',
  async () => (await import('#lib/payments/query-charge-samples.ts')).providerModule,
);
vi.mock(
  '#lib/platform/env.ts',
  async () => (await import('#lib/payments/query-charge-samples.ts')).envModule,
);

beforeEach(resetProvider);

describe('cancelCharge', () => {
  beforeEach(() => {
    provider.void.mockResolvedValue(charge('voided'));
  });

  test.each(['requires_action', 'processing'] as const)('cancels a charge that is %s', async (status) => {
    provider.find.mockResolvedValue(charge(status));
    expect(await cancelCharge(payment)).toEqual(charge('voided'));
    expect(provider.void).toHaveBeenCalledExactlyOnceWith('pi_1');
  });

  test('cancels a declined charge, which would accept another card', async () => {
    provider.retrieve.mockResolvedValue(charge('declined'));
    provider.void.mockResolvedValue(charge('voided'));
    expect(await cancelCharge(known)).toEqual(charge('voided'));
    expect(provider.void).toHaveBeenCalledExactlyOnceWith('pi_1');
  });

  test.each(['succeeded', 'authorized', 'voided'] as const)(
    'leaves a charge that is %s as it is, and returns it',
    async (status) => {
      provider.find.mockResolvedValue(charge(status));
      expect(await cancelCharge(payment)).toEqual(charge(status));
      expect(provider.void).not.toHaveBeenCalled();
    },
  );

  test('spends the key when there is no charge, so that none can be created later', async () => {
    provider.spendKey.mockResolvedValue(true);
    expect(await cancelCharge(payment)).toBe('absent');
    const { orderId, idempotencyKey, amountMinor, currency } = payment;
    expect(provider.spendKey).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ orderId, idempotencyKey, amountMinor, currency }),
    );
    expect(provider.void).not.toHaveBeenCalled();
  });

  test('finds a charge that is created between the search and spending the key', async () => {
    provider.spendKey.mockResolvedValue(false);
    provider.find.mockResolvedValueOnce(undefined).mockResolvedValueOnce(charge('succeeded'));
    expect(await cancelCharge(payment)).toEqual(charge('succeeded'));
    provider.find.mockResolvedValueOnce(undefined).mockResolvedValueOnce(charge('requires_action'));
    expect(await cancelCharge(payment)).toEqual(charge('voided'));
  });

  test('the outcome is unknown when the key is spent and there is no charge', async () => {
    provider.spendKey.mockResolvedValue(false);
    expect(await cancelCharge(payment)).toBe('unknown');
    provider.spendKey.mockRejectedValue(lost);
    expect(await cancelCharge(payment)).toBe('unknown');
  });

  test.each([
    ['a charge that had a provider id and is gone', known],
    ['an attempt whose key may be forgotten', old],
  ])('%s is absent, and its key is not spent', async (_, row) => {
    expect(await cancelCharge(row)).toBe('absent');
    expect(provider.spendKey).not.toHaveBeenCalled();
  });

  test('has no charge to cancel after a refusal without a provider id', async () => {
    provider.find.mockResolvedValue({ ...charge('declined'), ref: undefined });
    expect(await cancelCharge(payment)).toBe('absent');
    expect(provider.void).not.toHaveBeenCalled();
  });

  test('no answer is unknown', async () => {
    provider.retrieve.mockResolvedValue(charge('requires_action'));
    provider.void.mockRejectedValue(lost);
    expect(await cancelCharge(known)).toBe('unknown');
  });
});
