import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { createCharge, queryCharge, queryOrCreateCharge } from '#lib/payments/query-charge.ts';
import {
  charge,
  hourMs,
  known,
  lost,
  old,
  payment,
  provider,
  providerNow,
  publicUrl,
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

const spent = new UnknownOutcome('test', new Error('other words'), { keyIsSpent: true });

const broken = new TypeError('a mistake of ours');

beforeEach(resetProvider);

describe('createCharge', () => {
  test('charges with the attempt’s idempotency key and fields', async () => {
    provider.authorize.mockResolvedValue(charge('succeeded'));
    expect(await createCharge({ ...payment, ageMs: 23 * hourMs - 1 }, 'https://shop.test')).toEqual(
      charge('succeeded'),
    );
    const { userId, orderId } = payment;
    expect(provider.authorize).toHaveBeenCalledExactlyOnceWith({
      userId,
      orderId,
      attempt: 1,
      idempotencyKey: 'order:1',
      amountMinor: 4_599,
      currency: 'USD',
      token: 'pm_card_visa',
      returnUrl: `https://shop.test/orders/${orderId}/payment-return`,
    });
    expect(provider.find).not.toHaveBeenCalled();
  });

  test.each([
    ['https://public.test', 'https://asked.test', 'https://public.test'],
    ['https://public.test', undefined, 'https://public.test'],
    [undefined, 'https://asked.test', 'https://asked.test'],
    [undefined, undefined, 'http://127.0.0.1:3000'],
  ])('the return URL, PUBLIC_URL %s and request at %s, starts with %s', async (configured, origin, base) => {
    publicUrl.value = configured;
    await createCharge(payment, origin);
    expect(provider.authorize.mock.calls[0]?.[0].returnUrl).toBe(
      `${base}/orders/${payment.orderId}/payment-return`,
    );
  });

  test('does not charge a day later, when the key could create a second charge', async () => {
    expect(await createCharge(old)).toBe('absent');
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await createCharge(old)).toEqual(charge('succeeded'));
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('does not charge without a card', async () => {
    await expect(createCharge({ ...payment, token: null })).rejects.toThrow(
      `attempt 1 of order ${payment.orderId} has nothing to charge`,
    );
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('no answer is unknown, and no second request follows', async () => {
    provider.authorize.mockRejectedValue(lost);
    expect(await createCharge(payment)).toBe('unknown');
    expect(provider.find).not.toHaveBeenCalled();
  });

  test('with a spent key it returns the existing charge', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.find.mockResolvedValue(charge('declined'));
    expect(await createCharge(payment)).toEqual(charge('declined'));
    expect(provider.spendKey).not.toHaveBeenCalled();
    // The key may have been used before a restore, and so before the attempt's row was written.
    const since = new Date(providerNow.getTime() - 25 * hourMs);
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), since);
  });

  test('with a key that was spent when the charge was cancelled, the charge is absent for good', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.spendKey.mockResolvedValue(true);
    expect(await createCharge(payment)).toBe('absent');
  });

  test('with a key that another request spent, the outcome is unknown', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.spendKey.mockResolvedValue(false);
    expect(await createCharge(payment)).toBe('unknown');
  });

  test('an error in the shop’s code is thrown, and is not treated as an answer of the provider', async () => {
    provider.authorize.mockRejectedValue(broken);
    await expect(createCharge(payment)).rejects.toBe(broken);
    provider.authorize.mockRejectedValue(Object.assign(new Error('not ours'), { keyIsSpent: true }));
    await expect(createCharge(payment)).rejects.toThrow('not ours');
    expect(provider.find).not.toHaveBeenCalled();
  });
});

describe('queryCharge', () => {
  test('finds a charge by the provider’s id, or by the metadata that the provider stores', async () => {
    provider.retrieve.mockResolvedValue(charge('processing'));
    expect(await queryCharge(known)).toEqual(charge('processing'));
    expect(provider.retrieve).toHaveBeenCalledExactlyOnceWith('pi_1', { thorough: false });
    expect(provider.find).not.toHaveBeenCalled();
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await queryCharge({ ...payment, ageMs: 90_000 })).toEqual(charge('succeeded'));
    // The attempt's age by the database's clock, subtracted from the provider's clock.
    const { userId, orderId, attempt } = payment;
    const since = new Date(providerNow.getTime() - 90_000);
    expect(provider.find).toHaveBeenCalledExactlyOnceWith({ userId, orderId, attempt }, since);
  });

  test('searches from now for an attempt that was written while the clock was ahead', async () => {
    await queryCharge({ ...payment, ageMs: -hourMs });
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), providerNow);
  });

  test('distinguishes an absent charge, a missing answer and a bug', async () => {
    expect(await queryCharge(payment)).toBe('absent');
    provider.find.mockRejectedValue(lost);
    expect(await queryCharge(payment)).toBe('unknown');
    provider.find.mockRejectedValue(broken);
    await expect(queryCharge(payment)).rejects.toBe(broken);
    expect(provider.authorize).not.toHaveBeenCalled();
  });
});

describe('an order whose money is held by another attempt’s charge', () => {
  const { userId, orderId } = payment;
  const second = { ...charge('succeeded', 'pi_2'), attempt: { userId, orderId, attempt: 2 } };
  const asked = { ...payment, strayRef: 'pi_2' };

  beforeEach(() => {
    provider.authorize.mockResolvedValue(charge('succeeded', 'pi_new'));
    provider.spendKey.mockResolvedValue(true);
  });

  test.each([
    ['createCharge', createCharge],
    ['queryOrCreateCharge', queryOrCreateCharge],
  ])('%s charges nothing, and no charge can be created later', async (_, ask) => {
    provider.retrieve.mockResolvedValue(second);
    expect(await ask(asked)).toBe('absent');
    expect(provider.spendKey).toHaveBeenCalledOnce();
    provider.retrieve.mockRejectedValue(lost);
    expect(await ask(asked)).toBe('unknown');
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test.each([
    ['belongs to another shopper', { attempt: { ...second.attempt, userId: randomUUID() } }],
    ['belongs to another order', { attempt: { ...second.attempt, orderId: randomUUID() } }],
    ['is not from this shop', { attempt: undefined }],
    ['holds another amount', { amountMinor: 4_598 }],
    ['holds another currency', { currency: 'EUR' }],
    ['was refunded', { refundedMinor: 4_599 }],
    ['took nothing', { status: 'declined' as const }],
  ])('is charged when the other charge %s', async (_, change) => {
    provider.retrieve.mockResolvedValue({ ...second, ...change });
    expect(await createCharge(asked)).toEqual(charge('succeeded', 'pi_new'));
  });
});

describe('queryOrCreateCharge', () => {
  beforeEach(() => {
    provider.authorize.mockResolvedValue(charge('succeeded', 'pi_new'));
  });

  test('createCharge in a shop that may have been restored searches back to the last events that it read', async () => {
    const unreadSince = new Date(providerNow.getTime() - 48 * hourMs);
    const restored = { ...payment, unreadSince };
    expect(await createCharge(restored, 'https://shop.test')).toEqual(charge('succeeded', 'pi_new'));
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), unreadSince);
    expect(provider.authorize.mock.calls).toMatchObject([
      [{ returnUrl: expect.stringMatching(/^https:\/\/shop\.test\//) }],
    ]);
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await createCharge(restored)).toEqual(charge('succeeded'));
    // The attempt is not charged while the search gives no answer. The poll reads the missing events
    // meanwhile, which ends this state.
    provider.find.mockRejectedValue(lost);
    expect(await createCharge(restored)).toBe('unknown');
    expect(provider.authorize).toHaveBeenCalledOnce();
  });

  test('a charge that is found is not charged again', async () => {
    provider.find.mockResolvedValue(charge('declined'));
    expect(await queryOrCreateCharge(payment)).toEqual(charge('declined'));
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test.each([
    ['none is found', () => provider.find.mockResolvedValue(undefined)],
    ['there are too many charges to search', () => provider.find.mockRejectedValue(lost)],
  ])('the attempt is charged with its key when %s', async (_, given) => {
    given();
    expect(await queryOrCreateCharge(payment)).toEqual(charge('succeeded', 'pi_new'));
    expect(provider.authorize).toHaveBeenCalledOnce();
  });

  test.each([
    ['an attempt whose key may be forgotten', old],
    ['an attempt with a provider id', known],
  ])('%s is never charged: its charge is absent or unknown', async (_, row) => {
    expect(await queryOrCreateCharge(row)).toBe('absent');
    provider.find.mockRejectedValue(lost);
    provider.retrieve.mockRejectedValue(lost);
    expect(await queryOrCreateCharge(row)).toBe('unknown');
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('an error in the shop’s code charges nothing', async () => {
    provider.find.mockRejectedValue(broken);
    await expect(queryOrCreateCharge(payment)).rejects.toBe(broken);
    expect(provider.authorize).not.toHaveBeenCalled();
  });
});
