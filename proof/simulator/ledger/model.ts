/**
 * What the simulator knows, as it stands in its journal. Objects are never changed in place: a new
 * one takes the old one's place, so that an answer that was stored can point at the object as it
 * was. Money is integer minor units; times are Unix seconds unless the name ends in `Ms`.
 */

type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'canceled';

/** Why a card was refused, in Stripe's words. */
export interface Decline {
  code: string;
  declineCode?: string;
  message: string;
}

export interface Charge {
  id: string;
  created: number;
  status: 'succeeded' | 'pending' | 'failed';
  captured: boolean;
  amountCaptured: number;
  amountRefunded: number;
  paymentMethod: string;
  failure: Decline | null;
  /** Absent until the money is taken. */
  transaction?: BalanceTransaction;
  /** The cardholder has disputed it, whatever came of that. */
  disputed?: true;
  /** A dispute has withdrawn its money and was not won: it can't be refunded. */
  chargedBack?: boolean;
}

export interface Intent {
  id: string;
  /** The second half of the client secret. */
  secret: string;
  created: number;
  amount: number;
  currency: string;
  captureMethod: 'automatic' | 'manual';
  status: IntentStatus;
  metadata: Record<string, string>;
  description: string | null;
  paymentMethod: string | null;
  /** The list that was sent, where one was; what the intent then accepts is below. */
  allowedTypes: string[] | null;
  paymentMethodTypes: string[];
  automaticPaymentMethods: boolean;
  returnUrl: string | null;
  charge: Charge | null;
  lastError: Decline | null;
  canceledAt: number | null;
  cancellationReason: string | null;
  /** When a payment that takes its time is decided. */
  settlesAtMs: number | null;
  /** The id of its fraud review. Absent where there was none. */
  review?: string;
}

export interface Refund {
  id: string;
  created: number;
  intent: string;
  charge: string;
  amount: number;
  currency: string;
  status: 'succeeded' | 'pending' | 'failed' | 'canceled';
  reason: string | null;
  metadata: Record<string, string>;
  paymentMethod: string;
  /** When a refund that is pending goes through, or one that seemed done turns out to have failed. */
  settlesAtMs: number | null;
  transaction?: BalanceTransaction;
  /** Set when the money of a failed refund is back on the account's balance. */
  failure?: { reason: string; transaction: BalanceTransaction };
}

type DisputeStatus =
  | 'needs_response'
  | 'under_review'
  | 'won'
  | 'lost'
  /** The card network settled it with the shop's money, before the bank made a chargeback of it. */
  | 'prevented'
  /** An inquiry: the bank asks, and no money is withdrawn. */
  | 'warning_needs_response'
  | 'warning_under_review'
  | 'warning_closed';

export interface Dispute {
  id: string;
  created: number;
  intent: string;
  charge: string;
  amount: number;
  currency: string;
  reason: string;
  status: DisputeStatus;
  /** When the evidence has to be there. */
  dueBy: number;
  submissions: number;
  /** The withdrawal, and its reversal when the dispute was won. None for an inquiry. */
  transactions: BalanceTransaction[];
}

/** An early fraud warning: the card's issuer expects a dispute. */
export interface FraudWarning {
  id: string;
  created: number;
  intent: string;
  charge: string;
  fraudType: string;
}

export const reviewClosedReasons = [
  'acknowledged',
  'approved',
  'canceled',
  'disputed',
  'payment_never_settled',
  'redacted',
  'refunded',
  'refunded_as_fraud',
] as const;

export type ReviewClosedReason = (typeof reviewClosedReasons)[number];

/** A payment that a person at the shop has to look at. */
export interface Review {
  id: string;
  created: number;
  intent: string;
  charge: string | null;
  openedReason: 'manual' | 'rule';
  /** Null while it is open. */
  closedReason: ReviewClosedReason | null;
}

/** One line of the account's balance. Never changed once it is written. */
export interface BalanceTransaction {
  id: string;
  created: number;
  type: 'charge' | 'payment' | 'refund' | 'payment_refund' | 'refund_failure' | 'adjustment';
  reportingCategory: string;
  /** Below zero where money leaves the account. */
  amount: number;
  /** What the provider keeps. */
  fee: number;
  currency: string;
  description: string | null;
  /** The charge, refund or dispute that it belongs to. */
  source: string;
}

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
  | 'review.closed';

/** One movement of money, as a bank's ledger has it. */
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
  /** The owner or the cardholder did it: the shop did not ask for it. */
  elsewhere?: true;
  /** Where the account's balance changes. */
  transaction?: BalanceTransaction;
}

/** What an operation or an event is about beside its PaymentIntent. */
export interface Beside {
  refund?: Refund;
  dispute?: Dispute;
  warning?: FraudWarning;
  review?: Review;
}

/** What an operation comes to: the new objects, what it announces, and which money it moved. */
export interface Outcome extends Beside {
  /** HTTP status of the answer. */
  status: number;
  intent: Intent;
  /** Members of Stripe's error object, where the answer is an error. */
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
