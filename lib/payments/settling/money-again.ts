import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import { isOver } from '#lib/payments/payment-rows.ts';
import { unpaid } from '#lib/payments/settling/settle-status.ts';
import type { SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** What follows when money of a charge is with the shop, and is neither refunded nor requested. Pure. */

/**
 * Whose it is, for every status of an order:
 * - `order`: the order has it, and goes on or went out with it. A refund of it was goodwill, or a person's choice.
 * - `pays`: the order waits for money, no other attempt may pay it, and this is all of it.
 * - `shopper`: the order has ended, another attempt pays it or may pay it, or this is only a part of it.
 */
export type Claim = 'order' | 'pays' | 'shopper';

export function claimOn({ order, payments, attempt }: SettleInput, leftMinor: number): Claim {
  const { status, paidAttempt, fulfilled } = order;
  const hasEnded = status === 'cancelled' || (status === 'refunded' && !fulfilled);
  if (paidAttempt === attempt && !hasEnded) return 'order';
  if (!unpaid.includes(status)) return 'shopper';
  const isWhole = payments.some((own) => own.attempt === attempt && own.amountMinor === leftMinor);
  return isWhole && !isAnotherThere({ payments, attempt }) ? 'pays' : 'shopper';
}

/** Another attempt that pays the order, or may still pay it. */
export const isAnotherThere = ({ payments, attempt }: Pick<SettleInput, 'payments' | 'attempt'>): boolean =>
  payments.some((other) => other.attempt !== attempt && !isOver(other.status));

/** The order is paid as if the charge were seen for the first time. */
export const paidByMoneyAgain: Pick<Settlement, 'order' | 'accepts'> = {
  order: { to: 'paid', reason: 'the charge was not refunded after all' },
  accepts: true,
};

/**
 * Why the shop asks for money of the shopper by itself. Only after a refund that was made at the provider: when
 * the provider does not pay one of the shop's own, a person has to look.
 */
export function askAgain(failed: readonly RefundRow[]): { reason: string } | undefined {
  const madeThere = failed.some(({ origin }) => origin === 'provider');
  return madeThere ? { reason: 'a refund that was made at the payment provider failed' } : undefined;
}
