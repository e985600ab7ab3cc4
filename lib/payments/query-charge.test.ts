import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Charge, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import { cancelCharge, createCharge, queryCharge, queryOrCreateCharge } from '#lib/payments/query-charge.ts';

/** What is asked of the provider about an attempt, and what is never asked. */

const provider = vi.hoisted(() => ({
  authorize: vi.fn(),
  retrieve: vi.fn(),
  find: vi.fn(),
  now: vi.fn(),
  spendKey: vi.fn(),
  void: vi.fn(),
}));
vi.mock('#lib/payment-provider/payment-provider.ts', () => ({ paymentProvider: async () => provider }));

const publicUrl = vi.hoisted(() => ({ value: undefined as string | undefined }));
vi.mock('#lib/platform/env.ts', () => ({
  env: () => ({ PUBLIC_URL: publicUrl.value, LOG_LEVEL: 'silent' }),
  siteUrl: () => 'http://127.0.0.1:3000',
}));

const hourMs = 3_600_000;
/** The provider's clock. */
const providerNow = new Date('2031-05-05T12:00:00Z');
const payment: PaymentRow = {
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
const known = { ...payment, providerRef: 'pi_1' };
/** Of an attempt whose key the provider may have forgotten. */
const old = { ...payment, ageMs: 23 * hourMs };

const charge = (status: Charge['status'], ref: string | undefined = 'pi_1'): Charge => ({
  ref,
  status,
  amountMinor: 4_599,
  currency: 'USD',
});
const lost = new UnknownOutcome('test', new Error('ECONNRESET'));
const spent = new UnknownOutcome('test', new Error('other words'), { keyIsSpent: true });
const broken = new TypeError('a mistake of ours');

beforeEach(() => {
  vi.resetAllMocks();
  provider.now.mockResolvedValue(providerNow);
  publicUrl.value = undefined;
});

describe('to charge', () => {
  test('is asked with the attempt’s key and words', async () => {
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
  ])('the way back from the bank, PUBLIC_URL %s, asked at %s: %s', async (configured, origin, base) => {
    publicUrl.value = configured;
    await createCharge(payment, origin);
    expect(provider.authorize.mock.calls[0]?.[0].returnUrl).toBe(
      `${base}/orders/${payment.orderId}/payment-return`,
    );
  });

  test('is not asked a day later, when the key would make another charge', async () => {
    expect(await createCharge(old)).toBe('absent');
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await createCharge(old)).toEqual(charge('succeeded'));
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('is not asked without a card', async () => {
    await expect(createCharge({ ...payment, token: null })).rejects.toThrow(
      `attempt 1 of order ${payment.orderId} has nothing to charge`,
    );
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('and no answer is unknown; nothing more is asked', async () => {
    provider.authorize.mockRejectedValue(lost);
    expect(await createCharge(payment)).toBe('unknown');
    expect(provider.find).not.toHaveBeenCalled();
  });

  test('under a key that is spent: what there is counts', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.find.mockResolvedValue(charge('declined'));
    expect(await createCharge(payment)).toEqual(charge('declined'));
    expect(provider.spendKey).not.toHaveBeenCalled();
    // The key may have been used before a restore, and so before the attempt's row was written.
    const since = new Date(providerNow.getTime() - 25 * hourMs);
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), since);
  });

  test('under a key that was used up when it was called off: there is none, for good', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.spendKey.mockResolvedValue(true);
    expect(await createCharge(payment)).toBe('absent');
  });

  test('under a key that something else used up: nobody knows', async () => {
    provider.authorize.mockRejectedValue(spent);
    provider.spendKey.mockResolvedValue(false);
    expect(await createCharge(payment)).toBe('unknown');
  });

  test('a mistake of ours is no answer of the provider', async () => {
    provider.authorize.mockRejectedValue(broken);
    await expect(createCharge(payment)).rejects.toBe(broken);
    provider.authorize.mockRejectedValue(Object.assign(new Error('not ours'), { keyIsSpent: true }));
    await expect(createCharge(payment)).rejects.toThrow('not ours');
    expect(provider.find).not.toHaveBeenCalled();
  });
});

describe('a look', () => {
  test('goes by the provider’s name of the charge, or by what it kept with it', async () => {
    provider.retrieve.mockResolvedValue(charge('processing'));
    expect(await queryCharge(known)).toEqual(charge('processing'));
    expect(provider.retrieve).toHaveBeenCalledExactlyOnceWith('pi_1', { thorough: false });
    expect(provider.find).not.toHaveBeenCalled();
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await queryCharge({ ...payment, ageMs: 90_000 })).toEqual(charge('succeeded'));
    // As long ago by the provider's clock as the attempt is old by the database's.
    const { userId, orderId, attempt } = payment;
    const since = new Date(providerNow.getTime() - 90_000);
    expect(provider.find).toHaveBeenCalledExactlyOnceWith({ userId, orderId, attempt }, since);
  });

  test('begins now for an attempt that was written down by a clock that was ahead', async () => {
    await queryCharge({ ...payment, ageMs: -hourMs });
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), providerNow);
  });

  test('tells nothing, no answer and a mistake apart', async () => {
    expect(await queryCharge(payment)).toBe('absent');
    provider.find.mockRejectedValue(lost);
    expect(await queryCharge(payment)).toBe('unknown');
    provider.find.mockRejectedValue(broken);
    await expect(queryCharge(payment)).rejects.toBe(broken);
    expect(provider.authorize).not.toHaveBeenCalled();
  });
});

describe('an order whose money is there for another attempt', () => {
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
  ])('%s charges nothing, and no charge can come later', async (_, ask) => {
    provider.retrieve.mockResolvedValue(second);
    expect(await ask(asked)).toBe('absent');
    expect(provider.spendKey).toHaveBeenCalledOnce();
    provider.retrieve.mockRejectedValue(lost);
    expect(await ask(asked)).toBe('unknown');
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test.each([
    ['is of another shopper', { attempt: { ...second.attempt, userId: randomUUID() } }],
    ['is of another order', { attempt: { ...second.attempt, orderId: randomUUID() } }],
    ['is of none of ours', { attempt: undefined }],
    ['holds another amount', { amountMinor: 4_598 }],
    ['holds another currency', { currency: 'EUR' }],
    ['was given back', { refundedMinor: 4_599 }],
    ['took nothing', { status: 'declined' as const }],
  ])('does not have it when that charge %s', async (_, change) => {
    provider.retrieve.mockResolvedValue({ ...second, ...change });
    expect(await createCharge(asked)).toEqual(charge('succeeded', 'pi_new'));
  });
});

describe('a look, and a charge where there is none', () => {
  beforeEach(() => {
    provider.authorize.mockResolvedValue(charge('succeeded', 'pi_new'));
  });

  test('of a shop that may have been restored looks as far back as it has read no events', async () => {
    const unreadSince = new Date(providerNow.getTime() - 48 * hourMs);
    const restored = { ...payment, unreadSince };
    expect(await createCharge(restored, 'https://shop.test')).toEqual(charge('succeeded', 'pi_new'));
    expect(provider.find).toHaveBeenCalledExactlyOnceWith(expect.anything(), unreadSince);
    expect(provider.authorize.mock.calls).toMatchObject([
      [{ returnUrl: expect.stringMatching(/^https:\/\/shop\.test\//) }],
    ]);
    provider.find.mockResolvedValue(charge('succeeded'));
    expect(await createCharge(restored)).toEqual(charge('succeeded'));
    // Nothing is charged before it is known: the events are read meanwhile, and then this is over.
    provider.find.mockRejectedValue(lost);
    expect(await createCharge(restored)).toBe('unknown');
    expect(provider.authorize).toHaveBeenCalledOnce();
  });

  test('what is found is not charged again', async () => {
    provider.find.mockResolvedValue(charge('declined'));
    expect(await queryOrCreateCharge(payment)).toEqual(charge('declined'));
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test.each([
    ['none is found', () => provider.find.mockResolvedValue(undefined)],
    ['too many stand there to be looked through', () => provider.find.mockRejectedValue(lost)],
  ])('it is charged with its key when %s', async (_, given) => {
    given();
    expect(await queryOrCreateCharge(payment)).toEqual(charge('succeeded', 'pi_new'));
    expect(provider.authorize).toHaveBeenCalledOnce();
  });

  test.each([
    ['an attempt whose key may be forgotten', old],
    ['a charge that the provider had a name for', known],
  ])('%s is never charged: it is absent, or unknown', async (_, row) => {
    expect(await queryOrCreateCharge(row)).toBe('absent');
    provider.find.mockRejectedValue(lost);
    provider.retrieve.mockRejectedValue(lost);
    expect(await queryOrCreateCharge(row)).toBe('unknown');
    expect(provider.authorize).not.toHaveBeenCalled();
  });

  test('a mistake of ours charges nothing', async () => {
    provider.find.mockRejectedValue(broken);
    await expect(queryOrCreateCharge(payment)).rejects.toBe(broken);
    expect(provider.authorize).not.toHaveBeenCalled();
  });
});

describe('calling off', () => {
  beforeEach(() => {
    provider.void.mockResolvedValue(charge('voided'));
  });

  test.each(['requires_action', 'processing'] as const)('a charge that is %s', async (status) => {
    provider.find.mockResolvedValue(charge(status));
    expect(await cancelCharge(payment)).toEqual(charge('voided'));
    expect(provider.void).toHaveBeenCalledExactlyOnceWith('pi_1');
  });

  test('and one that was declined, for which another card would be taken', async () => {
    provider.retrieve.mockResolvedValue(charge('declined'));
    provider.void.mockResolvedValue(charge('voided'));
    expect(await cancelCharge(known)).toEqual(charge('voided'));
    expect(provider.void).toHaveBeenCalledExactlyOnceWith('pi_1');
  });

  test.each(['succeeded', 'authorized', 'voided'] as const)(
    'does nothing to one that is %s, and says so',
    async (status) => {
      provider.find.mockResolvedValue(charge(status));
      expect(await cancelCharge(payment)).toEqual(charge(status));
      expect(provider.void).not.toHaveBeenCalled();
    },
  );

  test('a charge that is not there: its key is used up, so that none comes later', async () => {
    provider.spendKey.mockResolvedValue(true);
    expect(await cancelCharge(payment)).toBe('absent');
    const { orderId, idempotencyKey, amountMinor, currency } = payment;
    expect(provider.spendKey).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ orderId, idempotencyKey, amountMinor, currency }),
    );
    expect(provider.void).not.toHaveBeenCalled();
  });

  test('a charge that comes between the look and that is found', async () => {
    provider.spendKey.mockResolvedValue(false);
    provider.find.mockResolvedValueOnce(undefined).mockResolvedValueOnce(charge('succeeded'));
    expect(await cancelCharge(payment)).toEqual(charge('succeeded'));
    provider.find.mockResolvedValueOnce(undefined).mockResolvedValueOnce(charge('requires_action'));
    expect(await cancelCharge(payment)).toEqual(charge('voided'));
  });

  test('nobody knows when the key is used up and there is no charge', async () => {
    provider.spendKey.mockResolvedValue(false);
    expect(await cancelCharge(payment)).toBe('unknown');
    provider.spendKey.mockRejectedValue(lost);
    expect(await cancelCharge(payment)).toBe('unknown');
  });

  test.each([
    ['a charge that had a name and is gone', known],
    ['an attempt whose key may be forgotten', old],
  ])('%s is absent, and nothing can be made under it', async (_, row) => {
    expect(await cancelCharge(row)).toBe('absent');
    expect(provider.spendKey).not.toHaveBeenCalled();
  });

  test('finds nothing to call off in a refusal without a name', async () => {
    provider.find.mockResolvedValue({ ...charge('declined'), ref: undefined });
    expect(await cancelCharge(payment)).toBe('absent');
    expect(provider.void).not.toHaveBeenCalled();
  });

  test('and no answer is unknown', async () => {
    provider.retrieve.mockResolvedValue(charge('requires_action'));
    provider.void.mockRejectedValue(lost);
    expect(await cancelCharge(known)).toBe('unknown');
  });
});
