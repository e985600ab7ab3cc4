import { expect, test } from 'vitest';
import { compareAttempt, type OurAttempt } from '#lib/order-management/proof/compare-attempt.ts';
import type { Charge } from '#lib/payment-provider/provider.ts';

const ours = (change: Partial<OurAttempt> = {}): OurAttempt => ({
  attempt: 1,
  method: 'card',
  status: 'succeeded',
  amountMinor: 1_000,
  currency: 'USD',
  idempotencyKey: 'order:1:1',
  providerRef: 'pi_1',
  capturedMinor: 1_000,
  refundedMinor: 0,
  declineCode: null,
  refunds: [],
  disputes: [],
  ...change,
});

const theirs = (change: Partial<Charge> = {}): Charge => ({
  ref: 'pi_1',
  status: 'succeeded',
  amountMinor: 1_000,
  currency: 'USD',
  refunds: [],
  disputes: [],
  ...change,
});

const dispute = {
  ref: 'dp_1',
  kind: 'dispute',
  amountMinor: 1_000,
  currency: 'USD',
  reason: 'fraudulent',
  status: 'open',
} as const;

test.each<[string, OurAttempt, Charge | undefined]>([
  ['a captured charge', ours(), theirs()],
  ['a charge that was captured in part', ours({ capturedMinor: 600 }), theirs({ amountMinor: 600 })],
  ['a row from before captured amounts were kept', ours({ capturedMinor: 0 }), theirs()],
  ['a declined charge', ours({ status: 'declined', capturedMinor: 0 }), theirs({ status: 'declined' })],
  // The shop cancels it, so that it takes no other card.
  [
    'a declined charge that is cancelled',
    ours({ status: 'declined', capturedMinor: 0 }),
    theirs({ status: 'voided' }),
  ],
  ['a refusal without a charge', ours({ status: 'declined', providerRef: null }), undefined],
  [
    'a refunded charge',
    ours({ status: 'refunded', refundedMinor: 1_000 }),
    theirs({ refunds: [{ ref: 're_1', amountMinor: 1_000, status: 'succeeded' }] }),
  ],
  [
    'a refund that is not confirmed',
    ours({ status: 'returning' }),
    theirs({ refunds: [{ ref: 're_1', amountMinor: 1_000, status: 'pending' }] }),
  ],
  [
    'a dispute',
    ours({ disputes: [{ providerRef: 'dp_1', status: 'open', amountMinor: 1_000 }] }),
    theirs({ disputes: [dispute] }),
  ],
])('%s agrees', (_, row, charge) => {
  expect(compareAttempt(row, charge)).toEqual({ state: 'agrees', differences: [] });
});

test.each<[string, OurAttempt, Charge | undefined, string]>([
  ['money that the provider does not have', ours(), undefined, 'no such charge'],
  ['a declined charge that is gone', ours({ status: 'declined' }), undefined, 'no such charge'],
  ['another status', ours(), theirs({ status: 'voided' }), "ours is succeeded, the provider's is voided"],
  ['a cancelled attempt with money', ours({ status: 'voided' }), theirs(), 'ours is voided'],
  ['a declined attempt with money', ours({ status: 'declined' }), theirs(), 'ours is declined'],
  ['another amount', ours(), theirs({ amountMinor: 999 }), 'ours is of 1000'],
  ['another currency', ours(), theirs({ currency: 'EUR' }), 'ours is in USD'],
  [
    'a refund that only the provider knows',
    ours(),
    theirs({ refunds: [{ ref: 're_1', amountMinor: 5, status: 'succeeded' }] }),
    "of ours 0 minor units are refunded, of the provider's 5",
  ],
  ['a refund that only we know', ours({ refundedMinor: 5 }), theirs(), 'of ours 5 minor units'],
  ['a dispute that only the provider knows', ours(), theirs({ disputes: [dispute] }), 'dispute dp_1 is open'],
  [
    'a dispute that only we know',
    ours({ disputes: [{ providerRef: 'dp_2', status: 'open', amountMinor: 1 }] }),
    theirs(),
    'no dispute dp_2',
  ],
])('%s differs', (_, row, charge, words) => {
  const { state, differences } = compareAttempt(row, charge);
  expect([state, differences]).toEqual(['differs', [expect.stringContaining(words)]]);
});

test.each(['created', 'unknown'] as const)('an attempt that is %s is open', (status) => {
  expect(compareAttempt(ours({ status }), theirs()).state).toBe('open');
});
