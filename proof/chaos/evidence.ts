import type { Call } from './history.ts';

/** What the checker is given, and what it finds. */

export interface OrderRow {
  userId: string;
  id: string;
  cartId: string;
  submitToken: string;
  status: string;
  totalMinor: number;
  /** Whether the shop has written down that it said "ordered". */
  accepted: boolean;
  /** Whether there was a time when nobody knew if its card had been charged: then "ordered" was said before. */
  wasUnknown: boolean;
  /** Whether its goods have left the house, whatever it is now. */
  wasFulfilled: boolean;
  /** When it was written, by the database's clock, on the scale of the history. */
  placedMs: number;
}

export interface LineRow {
  orderId: string;
  sku: string;
  quantity: number;
}

export interface PaymentRow {
  orderId: string;
  attempt: number;
  method: string;
  status: string;
  amountMinor: number;
  /** What the shop believes to be refunded. */
  refundedMinor: number;
}

/** A refund in the shop's own books. */
export interface RefundRow {
  orderId: string;
  attempt: number;
  amountMinor: number;
  status: string;
  /** The provider's id, where the shop knows it. */
  providerRef: string | null;
}

/** A dispute in the shop's own books, under the provider's id. */
export interface DisputeRow {
  providerRef: string;
  status: string;
}

/** A dispute in the provider's books; `status` is Stripe's. */
interface ProviderDispute {
  id: string;
  paymentIntent: string;
  status: string;
}

/** An email to the shopper. */
export interface MailRow {
  orderId: string;
  kind: string;
}

export interface StockRow {
  sku: string;
  /** Before the run. */
  initial: number;
  /** After it; undefined where there is no such row any more. */
  available: number | undefined;
}

/** What the provider's ledger says about one charge: sums of money moved, in minor units. */
export interface ChargeRow {
  paymentIntent: string;
  orderId: string | null;
  attempt: string | null;
  authorized: number;
  captured: number;
  voided: number;
  refunded: number;
  /** Withdrawn by disputes. */
  disputed: number;
  /** The owner or the cardholder did something with it that the shop did not ask for. */
  elsewhere: boolean;
  /** Since when nothing of what was captured is left, refunded or disputed; Unix time. */
  goneAtMs: number | null;
  /** The provider's word for what can be done with it. */
  status: string;
}

/** A refund in the provider's books, whoever asked for it. */
interface ProviderRefund {
  id: string;
  paymentIntent: string;
  amount: number;
  status: string;
}

export interface Evidence {
  history: readonly Call[];
  orders: readonly OrderRow[];
  lines: readonly LineRow[];
  payments: readonly PaymentRow[];
  stock: readonly StockRow[];
  refunds: readonly RefundRow[];
  disputes: readonly DisputeRow[];
  mails: readonly MailRow[];
  charges: readonly ChargeRow[];
  providerRefunds: readonly ProviderRefund[];
  providerDisputes: readonly ProviderDispute[];
  /** Shoppers with more than one open cart. */
  severalCarts: readonly string[];
}

export type ViolationKind =
  | 'cart_ordered_twice'
  | 'token_of_two_orders'
  | 'two_live_charges'
  /** One attempt charged the card twice, though one of the two may have been given back. */
  | 'charged_twice'
  | 'not_charged_its_total'
  | 'charge_without_order'
  | 'books_disagree'
  /** The provider would take another card for an attempt that the shop calls declined. */
  | 'declined_still_payable'
  /** An order is paid, and the provider has given all of its money back. */
  | 'paid_and_refunded'
  /** The goods left the house after the money had. */
  | 'fulfilled_without_money'
  /** A shopper is told that money is refunded, and the provider holds it. */
  | 'refund_said_not_made'
  /** Refunds were asked for that together are more than was captured. */
  | 'refunds_above_captured'
  /** The shop believes to have refunded another amount than the provider has. */
  | 'refund_differs'
  /** A charge is disputed, or a dispute decided, and the shop's books don't say so. */
  | 'dispute_unseen'
  /** A network left more unpaid than it may. */
  | 'unpaid_beyond_limit'
  /** An order that holds stock is not counted as unpaid, or one is counted that holds none. */
  | 'unpaid_miscounted'
  | 'oversold'
  | 'stock_not_conserved'
  | 'accepted_order_lost'
  | 'accepted_under_two_ids'
  | 'order_after_refusals'
  | 'order_of_nobody'
  /** An order is not what its shopper confirmed. */
  | 'ordered_otherwise'
  /** Somebody was told "ordered", and the shop has not written that down: the card may still be refused. */
  | 'accepted_too_soon'
  /** An order that was promised, and that nobody had to pay for any more, has ended unasked. */
  | 'promise_withdrawn'
  /** Somebody was told "cancelled", and the order stands. */
  | 'cancelled_and_stands'
  | 'answers_differ'
  | 'refused_after_accepted'
  /** At the end a submission is told that nothing was ordered, and its order stands. */
  | 'refused_and_ordered'
  /** A submission was sent until its shopper lost patience, and no answer said what became of it. */
  | 'never_answered'
  | 'answer_of_another_shopper'
  /** Two clients are one shopper to the shop. */
  | 'session_of_two_clients'
  | 'two_open_carts'
  /** Everything works again, and who comes in by some door cannot buy. */
  | 'does_not_sell'
  | 'internal_error'
  | 'never_settled'
  | 'process_died';

export interface Violation {
  kind: ViolationKind;
  /** One sentence with the ids that it is about. */
  detail: string;
  /** Ids of the calls that show it. */
  calls: number[];
}
