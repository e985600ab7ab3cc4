import type { Call } from './history.ts';

/** What the checker is given, and what it finds. */

export interface OrderRow {
  userId: string;
  id: string;
  cartId: string;
  submitToken: string;
  status: string;
  totalMinor: number;
  /** Whether the shop has recorded that it answered "ordered". */
  accepted: boolean;
  /** Whether its payment was ever unknown. In that case "ordered" was answered before the outcome. */
  wasUnknown: boolean;
  /** Whether its goods were ever shipped, whatever its status is now. */
  wasFulfilled: boolean;
  /** When it was written: the database's clock, in milliseconds since the history began. */
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

/** A refund in the shop's own records. */
export interface RefundRow {
  orderId: string;
  attempt: number;
  amountMinor: number;
  status: string;
  /** The provider's id, where the shop knows it. */
  providerRef: string | null;
}

/** A dispute in the shop's own records, under the provider's id. */
export interface DisputeRow {
  providerRef: string;
  status: string;
}

/** A dispute in the provider's ledger; `status` is Stripe's. */
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
  /** After the run; undefined where the row no longer exists. */
  available: number | undefined;
}

/** The stock ledger: the sum of an item's movements by one order, or by none. */
export interface MovementRow {
  sku: string;
  orderId: string | null;
  units: number;
}

/** The provider's ledger for one charge: amounts moved, in minor units. */
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
  /** The owner or the cardholder changed the charge without a request from the shop. */
  elsewhere: boolean;
  /** Unix time since when the whole captured amount is refunded or disputed; null while some is left. */
  goneAtMs: number | null;
  /** The provider's status of the charge. */
  status: string;
}

/** A refund in the provider's ledger, from the shop or from the dashboard. */
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
  movements: readonly MovementRow[];
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
  /** One attempt charged the card twice, even if one charge was returned. */
  | 'charged_twice'
  | 'not_charged_its_total'
  | 'charge_without_order'
  | 'books_disagree'
  /** The provider would accept another card for an attempt that the shop calls declined. */
  | 'declined_still_payable'
  /** An order is paid, and the provider has refunded all of its money. */
  | 'paid_and_refunded'
  /** The goods were shipped after the money was refunded or disputed. */
  | 'fulfilled_without_money'
  /** A shopper is told that money is refunded, and the provider still holds it. */
  | 'refund_said_not_made'
  /** The requested refunds add up to more than was captured. */
  | 'refunds_above_captured'
  /** The shop's refunded amount differs from the provider's. */
  | 'refund_differs'
  /** A charge is disputed, or a dispute is decided, and the shop's records don't say so. */
  | 'dispute_unseen'
  /** A network left more orders unpaid than its limit. */
  | 'unpaid_beyond_limit'
  /** An order that holds stock is not counted as unpaid, or a counted one holds none. */
  | 'unpaid_miscounted'
  | 'oversold'
  | 'stock_not_conserved'
  /** The stock ledger's sum is not the stock, or an order's movements are not what it holds. */
  | 'ledger_differs'
  /** The shop's own reconciliation finds a difference that it cannot repair, or does not end. */
  | 'books_differ'
  /** A submission, a discrepancy, an entry of the provider's balance or a version of a closed day has two rows. */
  | 'recorded_twice'
  /** A reconciliation says that it compared more orders than there are. */
  | 'run_miscounted'
  /** A discrepancy counts as explained, but the person has read an earlier version of it. */
  | 'accepted_unread'
  | 'accepted_order_lost'
  | 'accepted_under_two_ids'
  | 'order_after_refusals'
  | 'order_without_request'
  /** An order differs from what its shopper confirmed. */
  | 'ordered_otherwise'
  /** "Ordered" was answered, but the shop has not recorded it: the card may still be refused. */
  | 'accepted_too_soon'
  /** A promised order that needed no further payment ended without a request. */
  | 'promise_withdrawn'
  /** "Cancelled" was answered, and the order is still active. */
  | 'cancelled_and_stands'
  | 'answers_differ'
  | 'refused_after_accepted'
  /** At the end a submission is told that nothing was ordered, but its order exists. */
  | 'refused_and_ordered'
  /** A submission was retried until its shopper gave up, and no answer said what happened to it. */
  | 'never_answered'
  | 'answer_of_another_shopper'
  /** The shop treats two clients as one shopper. */
  | 'session_of_two_clients'
  | 'two_open_carts'
  /** Everything works again, but a purchase through one of the entrances fails. */
  | 'does_not_sell'
  | 'internal_error'
  /** A log holds what a shopper typed, or what signs a shopper in. */
  | 'personal_data_logged'
  | 'never_settled'
  | 'process_died';

export interface Violation {
  kind: ViolationKind;
  /** One sentence with the ids that it is about. */
  detail: string;
  /** Ids of the calls that show it. */
  calls: number[];
}
