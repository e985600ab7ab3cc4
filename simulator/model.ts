/**
 * What the till knows, as it stands in its journal. Objects are never changed in place: a new
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
}

export type EventType =
  | 'payment_intent.succeeded'
  | 'payment_intent.payment_failed'
  | 'payment_intent.canceled'
  | 'payment_intent.requires_action'
  | 'payment_intent.processing'
  | 'payment_intent.amount_capturable_updated'
  | 'charge.refunded'
  | 'refund.updated'
  | 'refund.failed';

/** One movement of money, as a bank's ledger has it. */
export interface Movement {
  kind: 'authorized' | 'charged' | 'captured' | 'voided' | 'declined' | 'refunded' | 'refund_failed';
  intent: string;
  amount: number;
}

/** What an operation comes to: the new objects, what it announces, and which money it moved. */
export interface Outcome {
  /** HTTP status of the answer. */
  status: number;
  intent: Intent;
  refund?: Refund;
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
