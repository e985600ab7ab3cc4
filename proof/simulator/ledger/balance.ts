import { newId } from '#proof/simulator/http/ids.ts';
import type { BalanceTransaction, Charge, Intent } from './model.ts';
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
  'type' | 'reportingCategory' | 'amount' | 'fee' | 'source' | 'description'
>;

export function takingOf(intent: Intent, charge: Charge, amount: number, nowMs: number): BalanceTransaction {
  const isCard = testCard(charge.paymentMethod)?.type === 'card';
  const fee = isCard
    ? amount * cardFee.share + cardFee.fixed
    : Math.min(amount * bankDebitFee.share, bankDebitFee.most);
  return line(intent, nowMs, {
    type: isCard ? 'charge' : 'payment',
    reportingCategory: 'charge',
    amount,
    fee: Math.round(fee),
    source: charge.id,
    description: intent.description,
  });
}

/** Stripe does not return the fee of the charge. */
export function refundOf(intent: Intent, charge: Charge, refundId: string, amount: number, nowMs: number) {
  return line(intent, nowMs, {
    type: testCard(charge.paymentMethod)?.type === 'card' ? 'refund' : 'payment_refund',
    reportingCategory: 'refund',
    amount: -amount,
    fee: 0,
    source: refundId,
    description: `REFUND FOR ${charge.id}`,
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
    description: `Chargeback reversal for ${intent.charge?.id}`,
  });
}

function line({ currency }: Intent, nowMs: number, of: Line): BalanceTransaction {
  return { id: newId('txn'), created: seconds(nowMs), currency, ...of };
}
