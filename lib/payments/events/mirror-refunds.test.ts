import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byProvider } from '#lib/orders/actor.ts';
import type { ProviderRefund } from '#lib/payment-provider/provider.ts';
import { mirrorRefunds, type RefundRow } from '#lib/payments/events/mirror-refunds.ts';

const row = (id: string, more: Partial<RefundRow> = {}): RefundRow => ({
  id,
  providerRef: null,
  amountMinor: 500,
  status: 'created',
  actor: { kind: 'operator', name: 'eva' },
  reason: 'broken',
  origin: 'shop',
  ...more,
});

const apply = (rows: RefundRow[], seen: ProviderRefund[]): RefundRow[] => {
  const { changes } = mirrorRefunds(rows, seen);
  const after = new Map(rows.map((one) => [one.id, one]));
  for (const { isNew, ...change } of changes) {
    expect(isNew).toBe(!after.has(change.id));
    after.set(change.id, change);
  }
  return [...after.values()];
};

describe('a refund of the shop', () => {
  test('is confirmed by its id, even when the shop never learned the provider’s id', () => {
    const seen = [{ ref: 're_1', id: 'r-1', amountMinor: 500, status: 'succeeded' as const }];
    const { changes, confirmed, confirmedMinor, requestedMinor } = mirrorRefunds([row('r-1')], seen);
    expect(changes).toEqual([{ ...row('r-1', { providerRef: 're_1', status: 'succeeded' }), isNew: false }]);
    expect(confirmed).toHaveLength(1);
    expect([confirmedMinor, requestedMinor]).toEqual([500, 0]);
  });

  test('has the amount that the provider paid, if that is less', () => {
    const seen = [{ ref: 're_1', id: 'r-1', amountMinor: 300, status: 'succeeded' as const }];
    expect(mirrorRefunds([row('r-1')], seen).confirmedMinor).toBe(300);
  });

  test('that was confirmed and then fails is failed, and is not requested again', () => {
    const done = row('r-1', { providerRef: 're_1', status: 'succeeded' });
    const said = (status: ProviderRefund['status']) =>
      mirrorRefunds([done], [{ ref: 're_1', amountMinor: 500, status }]);
    expect(said('failed')).toMatchObject({ failed: [{ id: 'r-1' }], confirmedMinor: 0, requestedMinor: 0 });
    expect(said('pending').changes).toEqual([]);
  });

  test('with nothing left to refund is failed, without an alarm', () => {
    const { changes, failed } = mirrorRefunds(
      [row('r-1')],
      [{ id: 'r-1', amountMinor: 500, status: 'needless' }],
    );
    expect(changes).toMatchObject([{ status: 'failed' }]);
    expect(failed).toEqual([]);
  });
});

describe('a refund that was made at the provider', () => {
  const there: ProviderRefund = { ref: 're_9', amountMinor: 700, status: 'succeeded' };

  test('is one row with the same id, however often it is seen', () => {
    const once = apply([], [there]);
    expect(once).toMatchObject([
      { providerRef: 're_9', amountMinor: 700, origin: 'provider', actor: byProvider },
    ]);
    expect(apply(once, [there, there])).toEqual(once);
    expect(apply([], [there])[0]?.id).toBe(once[0]?.id);
    expect(apply([], [{ ...there, ref: 're_8' }])[0]?.id).not.toBe(once[0]?.id);
  });

  test('that failed before it was seen moved no money and gets no row', () => {
    expect(apply([], [{ ...there, status: 'failed' }])).toEqual([]);
  });

  test('with the shop’s id, whose row was lost with the database, gets that id again', () => {
    expect(apply([], [{ ...there, id: 'r-1' }])).toMatchObject([{ id: 'r-1', origin: 'provider' }]);
  });
});

test('whatever was seen before, the last look decides which refunds are paid', () => {
  const refunds = fc.uniqueArray(
    fc.record({
      ref: fc.constantFrom('re_1', 're_2', 're_3', 're_4'),
      amountMinor: fc.integer({ min: 1, max: 900 }),
      status: fc.constantFrom<ProviderRefund['status']>('succeeded', 'pending', 'failed'),
    }),
    { selector: ({ ref }) => ref },
  );
  fc.assert(
    fc.property(fc.array(refunds, { maxLength: 4 }), refunds, (before, last) => {
      // A paid or failed refund never becomes pending again, and its amount stays.
      const rows = [...before].reduce((all, seen) => apply(all, seen), [] as RefundRow[]);
      const after = apply(rows, last);
      for (const { ref, status, amountMinor } of last) {
        const mirrored = after.find(({ providerRef }) => providerRef === ref);
        if (status === 'succeeded') expect(mirrored).toMatchObject({ status, amountMinor });
        if (status === 'failed') expect(mirrored?.status ?? status).toBe('failed');
      }
      expect(apply(after, last)).toEqual(after);
    }),
    { numRuns: 2_000 },
  );
});
