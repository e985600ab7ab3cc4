import { invalid } from '#proof/simulator/http/api-error.ts';
import { newId } from '#proof/simulator/http/ids.ts';
import { failedPayoutOf, payingOutOf } from './balance.ts';
import type { BalanceTransaction, Payout } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { EventType } from './outcome.ts';

/** Payouts of the account's balance to the shop's bank account. Pure. */

export interface PayoutOutcome {
  payout: Payout;
  events: EventType[];
}

export interface NewPayout {
  /** Unix seconds. Entries that are available later stay on the balance. */
  availableBy: number;
  status: 'pending' | 'paid';
  /** Unix seconds. Undefined: midnight of the day for a paid one, two days later for a pending one. */
  arrivalDate: number | undefined;
}

const daySeconds = 24 * 60 * 60;

/** Pays out `entries`. Undefined when their sum is not positive: Stripe then waits for the next day. */
export function createPayout(
  entries: readonly BalanceTransaction[],
  currency: string,
  { availableBy, status, arrivalDate }: NewPayout,
  { nowMs }: Moment,
): PayoutOutcome | undefined {
  const amount = entries.reduce((sum, entry) => sum + entry.amount - entry.fee, 0);
  if (amount <= 0) return undefined;
  const id = newId('po');
  const created = seconds(nowMs);
  const midnight = created - (created % daySeconds);
  const payout: Payout = {
    id,
    created,
    amount,
    currency,
    arrivalDate: arrivalDate ?? (status === 'paid' ? midnight : midnight + 2 * daySeconds),
    status,
    availableBy,
    transaction: payingOutOf({ id, amount, currency }, nowMs),
  };
  const events: EventType[] = status === 'paid' ? ['payout.created', 'payout.paid'] : ['payout.created'];
  return { payout, events };
}

/** The money of a pending payout has reached the bank. */
export function payPayout(payout: Payout): PayoutOutcome {
  if (payout.status !== 'pending')
    throw invalid(`Payout ${payout.id} is not pending: it is ${payout.status}.`);
  return { payout: { ...payout, status: 'paid' }, events: ['payout.paid'] };
}

/** The bank returns the money, even of a payout that was paid. The next payout includes it. */
export function failPayout(payout: Payout, code: string, { nowMs }: Moment): PayoutOutcome {
  if (payout.status === 'failed') throw invalid(`Payout ${payout.id} has failed already.`);
  const transaction = failedPayoutOf(payout, nowMs);
  return {
    payout: { ...payout, status: 'failed', failure: { code, transaction } },
    events: ['payout.failed'],
  };
}
