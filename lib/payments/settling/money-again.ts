import type { Mirrored } from '#lib/payments/events/mirror-refunds.ts';
import { isOver } from '#lib/payments/payment-rows.ts';
import { unpaid } from '#lib/payments/settling/settle-status.ts';
import type { SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** Decides what happens to captured money that is neither refunded nor requested. Pure. */

/**
 * Who the money belongs to, for every status of an order:
 * - `order`: the order keeps it, and continues or was sent with it. A refund of it was goodwill, or a
 *   person's choice.
 * - `pays`: the order waits for money, no other attempt may pay it, and this is the full amount.
 * - `shopper`: the order has ended, another attempt pays it or may pay it, or this is only a part of the
 *   amount.
 */
export type Claim = 'order' | 'pays' | 'shopper';

export function claimOn(
  { order, payments, attempt }: Pick<SettleInput, 'order' | 'payments' | 'attempt'>,
  leftMinor: number,
): Claim {
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
 * Why the shop requests a refund by itself: only after a refund that was made at the provider failed.
 * When the provider fails one of the shop's own refunds, an operator has to look.
 */
export function askAgain({
  failed,
  failedUnseen,
}: Pick<Mirrored, 'failed' | 'failedUnseen'>): { reason: string } | undefined {
  const madeThere = failedUnseen || failed.some(({ origin }) => origin === 'provider');
  return madeThere ? { reason: 'a refund that was made at the payment provider failed' } : undefined;
}
