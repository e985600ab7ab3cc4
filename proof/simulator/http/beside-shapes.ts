import { availableOn } from '#proof/simulator/ledger/balance.ts';
import type {
  BalanceTransaction,
  Dispute,
  FraudWarning,
  Intent,
  Payout,
  Refund,
  Review,
} from '#proof/simulator/ledger/model.ts';
import type { Shape } from './shapes.ts';

/** The objects around a PaymentIntent, as Stripe's API shows them. */

export function refundShape(refund: Refund): Shape {
  const { id, failure } = refund;
  return {
    id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: refund.transaction?.id ?? null,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    ...(refund.status === 'failed' && {
      failure_balance_transaction: failure?.transaction.id ?? null,
      failure_reason: failure?.reason ?? 'unknown',
    }),
    metadata: refund.metadata,
    payment_intent: refund.intent,
    payment_method: refund.paymentMethod,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}

export function disputeShape(dispute: Dispute, nowSeconds: number): Shape {
  const { id, status, dueBy, submissions } = dispute;
  return {
    id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transactions: dispute.transactions.map((one) => transactionShape(one, nowSeconds)),
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: dueBy,
      enhanced_eligibility: {},
      has_evidence: submissions > 0,
      past_due: status.endsWith('needs_response') && dueBy < nowSeconds,
      submission_count: submissions,
      submission_method: submissions > 0 ? 'manual' : 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: status.startsWith('warning_'),
    livemode: false,
    metadata: {},
    payment_intent: dispute.intent,
    reason: dispute.reason,
    status,
  };
}

/** A warning is actionable while something is left to refund. */
export function warningShape(warning: FraudWarning, { charge }: Intent): Shape {
  const left = charge ? charge.amountCaptured - charge.amountRefunded : 0;
  return {
    id: warning.id,
    object: 'radar.early_fraud_warning',
    actionable: left > 0 && !charge?.disputed,
    charge: warning.charge,
    created: warning.created,
    fraud_type: warning.fraudType,
    livemode: false,
    payment_intent: warning.intent,
  };
}

export function reviewShape(review: Review): Shape {
  const { closedReason, openedReason } = review;
  return {
    id: review.id,
    object: 'review',
    billing_zip: null,
    charge: review.charge,
    closed_reason: closedReason,
    created: review.created,
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: closedReason === null,
    opened_reason: openedReason,
    payment_intent: review.intent,
    reason: closedReason ?? openedReason,
    session: null,
  };
}

export function transactionShape(transaction: BalanceTransaction, nowSeconds: number): Shape {
  const { id, amount, fee, currency, created } = transaction;
  return {
    id,
    object: 'balance_transaction',
    amount,
    available_on: availableOn(transaction),
    balance_type: 'payments',
    created,
    currency,
    description: transaction.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: feeText(transaction),
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: transaction.reportingCategory,
    source: transaction.source,
    status: availableOn(transaction) <= nowSeconds ? 'available' : 'pending',
    type: transaction.type,
  };
}

const feeText = ({ type }: BalanceTransaction) =>
  type === 'adjustment' ? 'Dispute fee' : 'Stripe processing fees';

export function payoutShape(payout: Payout): Shape {
  const { id, failure } = payout;
  return {
    id,
    object: 'payout',
    amount: payout.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: payout.arrivalDate,
    automatic: true,
    balance_transaction: payout.transaction.id,
    created: payout.created,
    currency: payout.currency,
    description: 'STRIPE PAYOUT',
    destination: 'ba_simulator',
    failure_balance_transaction: failure?.transaction.id ?? null,
    failure_code: failure?.code ?? null,
    failure_message: failure ? `The bank returned the payout: ${failure.code}.` : null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: payout.status,
    trace_id: null,
    type: 'bank_account',
  };
}
