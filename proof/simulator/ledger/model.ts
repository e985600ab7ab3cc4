/**
 * The simulator's data, as its journal stores it. Objects are never changed in place; a new object replaces
 * the old one. So a stored answer can refer to the object as it was. Money is integer minor units. Times are
 * Unix seconds unless the name ends in `Ms`.
 */

type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'canceled';

/** Why a card was declined, in Stripe's words. */
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
  /** Absent until the money is captured. */
  transaction?: BalanceTransaction;
  /** The cardholder has disputed it, with any result. */
  disputed?: true;
  /** A dispute withdrew its money and was not won, so it can't be refunded. */
  chargedBack?: boolean;
}

export interface Intent {
  id: string;
  /** The second part of the client secret. */
  secret: string;
  created: number;
  amount: number;
  currency: string;
  captureMethod: 'automatic' | 'manual';
  status: IntentStatus;
  metadata: Record<string, string>;
  description: string | null;
  paymentMethod: string | null;
  /** The list that was sent, or null. The types that the intent accepts are in `paymentMethodTypes`. */
  allowedTypes: string[] | null;
  paymentMethodTypes: string[];
  automaticPaymentMethods: boolean;
  returnUrl: string | null;
  charge: Charge | null;
  lastError: Decline | null;
  canceledAt: number | null;
  cancellationReason: string | null;
  /** When a slow payment is decided. */
  settlesAtMs: number | null;
  /** The id of its fraud review. Absent if it had none. */
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
  /** When a pending refund succeeds, or when a refund that had succeeded fails. */
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
  /** The card network settled it with the shop's money before the bank opened a chargeback. */
  | 'prevented'
  /** An inquiry: the bank asks and withdraws no money. */
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
  /** The deadline for the evidence. */
  dueBy: number;
  submissions: number;
  /** The withdrawal, and its reversal if the dispute was won. An inquiry has none. */
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

/** A payment that the shop's staff must review. */
export interface Review {
  id: string;
  created: number;
  intent: string;
  charge: string | null;
  openedReason: 'manual' | 'rule';
  /** Null while the review is open. */
  closedReason: ReviewClosedReason | null;
}

/** One line of the account's balance. Immutable. */
export interface BalanceTransaction {
  id: string;
  created: number;
  type:
    | 'charge'
    | 'payment'
    | 'refund'
    | 'payment_refund'
    | 'refund_failure'
    | 'adjustment'
    | 'payout'
    | 'payout_failure';
  reportingCategory: string;
  /** Negative when money leaves the account. */
  amount: number;
  /** What the provider keeps. */
  fee: number;
  currency: string;
  description: string | null;
  /** The id of the charge, refund, dispute or payout. */
  source: string;
  /** The money was never pending: it can be paid out from its first second on. */
  isAvailable?: true;
}

/** A transfer of the account's balance to the shop's bank account, as the provider's schedule makes it. */
export interface Payout {
  id: string;
  created: number;
  amount: number;
  currency: string;
  /** When the money reaches the bank. */
  arrivalDate: number;
  status: 'pending' | 'paid' | 'failed';
  /** It pays out all earlier entries of the balance that were available by then. */
  availableBy: number;
  transaction: BalanceTransaction;
  /** Set when the bank returned the money. */
  failure?: { code: string; transaction: BalanceTransaction };
}
