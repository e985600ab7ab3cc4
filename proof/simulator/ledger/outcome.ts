import type { BalanceTransaction, Dispute, FraudWarning, Intent, Payout, Refund, Review } from './model.ts';

/** What an operation does to the objects of the model, as its journal line stores it. */

export type EventType =
  | 'payment_intent.succeeded'
  | 'payment_intent.payment_failed'
  | 'payment_intent.canceled'
  | 'payment_intent.requires_action'
  | 'payment_intent.processing'
  | 'payment_intent.amount_capturable_updated'
  | 'charge.refunded'
  | 'refund.created'
  | 'refund.updated'
  | 'refund.failed'
  | 'charge.dispute.created'
  | 'charge.dispute.updated'
  | 'charge.dispute.closed'
  | 'charge.dispute.funds_withdrawn'
  | 'charge.dispute.funds_reinstated'
  | 'radar.early_fraud_warning.created'
  | 'review.opened'
  | 'review.closed'
  | 'payout.created'
  | 'payout.paid'
  | 'payout.failed';

/** One movement of money, as in a bank's ledger. */
export interface Movement {
  kind:
    | 'authorized'
    | 'charged'
    | 'captured'
    | 'voided'
    | 'declined'
    | 'refunded'
    | 'refund_failed'
    | 'dispute_withdrawn'
    | 'dispute_reinstated';
  intent: string;
  amount: number;
  /** The owner or the cardholder did it; the shop did not request it. */
  elsewhere?: true;
  /** Set when the account's balance changes. */
  transaction?: BalanceTransaction;
}

/** The objects of an operation or an event other than its PaymentIntent. */
export interface Beside {
  refund?: Refund;
  dispute?: Dispute;
  warning?: FraudWarning;
  review?: Review;
  payout?: Payout;
}

/** The result of an operation: the new objects, the events to send, and the money that moved. */
export interface Outcome extends Beside {
  /** HTTP status of the answer. */
  status: number;
  intent: Intent;
  /** Members of Stripe's error object, if the answer is an error. */
  error?: ErrorBody;
  events: EventType[];
  movements: Movement[];
}

export interface ErrorBody {
  type: 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'api_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
}
