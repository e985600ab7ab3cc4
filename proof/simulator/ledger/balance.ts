import { newId } from '#proof/simulator/http/ids.ts';
import type { BalanceTransaction, Charge, Intent, Payout } from './model.ts';
import { seconds } from './moment.ts';
import { testCard } from './test-cards.ts';

/** The balance transactions of the account, with the provider's fee for each. Pure. */

/**
 * Stripe's list prices in the United States. The dispute fee is not returned, even when the dispute is won.
 */
const cardFee = { share: 0.029, fixed: 30 };
const bankDebitFee = { share: 0.008, most: 500 };
const disputeFee = 1_500;

type Line = Pick<
  BalanceTransaction,
  'type' | 'reportingCategory' | 'amount' | 'fee' | 'source' | 'description' | 'isAvailable'
>;

/** Money that came in can be paid out after two days. */
const pendingSeconds = 2 * 24 * 60 * 60;

export function availableOn({ created, isAvailable }: BalanceTransaction): number {
  return isAvailable ? created : created + pendingSeconds;
}

export function takingOf(
  intent: Pick<Intent, 'currency' | 'description'>,
  charge: Charge,
  amount: number,
  nowMs: number,
  id = newId('txn'),
): BalanceTransaction {
  const method = testCard(charge.paymentMethod);
  const isCard = method?.type === 'card';
  const fee = isCard
    ? amount * cardFee.share + cardFee.fixed
    : Math.min(amount * bankDebitFee.share, bankDebitFee.most);
  const taking = {
    type: isCard ? ('charge' as const) : ('payment' as const),
    reportingCategory: 'charge',
    amount,
    fee: Math.round(fee),
    source: charge.id,
    description: intent.description,
    ...(method?.bypassesPending && { isAvailable: true as const }),
  };
  return line(intent, nowMs, taking, id);
}

/**
 * Stripe does not return the fee of the charge. The money leaves where the charge's money is: from what is
 * available, or from what is pending.
 */
export function refundOf(intent: Intent, charge: Charge, refundId: string, amount: number, nowMs: number) {
  const isAvailable = charge.transaction && availableOn(charge.transaction) <= seconds(nowMs);
  return line(intent, nowMs, {
    type: testCard(charge.paymentMethod)?.type === 'card' ? 'refund' : 'payment_refund',
    reportingCategory: 'refund',
    amount: -amount,
    fee: 0,
    source: refundId,
    description: `REFUND FOR ${charge.id}`,
    ...(isAvailable && { isAvailable }),
  });
}

export function failedRefundOf(intent: Intent, refundId: string, amount: number, nowMs: number) {
  return line(intent, nowMs, {
    type: 'refund_failure',
    reportingCategory: 'refund_failure',
    amount,
    fee: 0,
    source: refundId,
    description: `REFUND FAILURE FOR ${refundId}`,
  });
}

export function withdrawalOf(intent: Intent, disputeId: string, amount: number, nowMs: number) {
  return line(intent, nowMs, {
    type: 'adjustment',
    reportingCategory: 'dispute',
    amount: -amount,
    fee: disputeFee,
    source: disputeId,
    isAvailable: true,
    description: `Chargeback withdrawal for ${intent.charge?.id}`,
  });
}

export function reinstatementOf(intent: Intent, disputeId: string, amount: number, nowMs: number) {
  return line(intent, nowMs, {
    type: 'adjustment',
    reportingCategory: 'dispute_reversal',
    amount,
    fee: 0,
    source: disputeId,
    isAvailable: true,
    description: `Chargeback reversal for ${intent.charge?.id}`,
  });
}

type NewPayout = Pick<Payout, 'id' | 'amount' | 'currency'>;

export function payingOutOf(payout: NewPayout, nowMs: number): BalanceTransaction {
  return line(payout, nowMs, {
    type: 'payout',
    reportingCategory: 'payout',
    amount: -payout.amount,
    fee: 0,
    source: payout.id,
    isAvailable: true,
    description: 'STRIPE PAYOUT',
  });
}

export function failedPayoutOf(payout: NewPayout, nowMs: number): BalanceTransaction {
  return line(payout, nowMs, {
    type: 'payout_failure',
    reportingCategory: 'payout_reversal',
    amount: payout.amount,
    fee: 0,
    source: payout.id,
    isAvailable: true,
    description: `PAYOUT FAILURE FOR ${payout.id}`,
  });
}

function line(
  { currency }: { currency: string },
  nowMs: number,
  of: Line,
  id = newId('txn'),
): BalanceTransaction {
  return { id, created: seconds(nowMs), currency, ...of };
}
