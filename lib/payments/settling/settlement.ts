import type { OrderEventKind } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { Charge, ProviderDispute } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { DisputeRow } from '#lib/payments/events/mirror-disputes.ts';
import type { RefundChange, RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';

/** What `settle` is told, and what it decides. */

/** What was found out: the charge as it is, that there is none, or nothing. */
export type Finding = Charge | 'absent' | 'unknown';

/** A change of the order's status. */
interface OrderStep {
  to: OrderStatus;
  reason: string;
  /** Who did it, if not who found out. */
  actor?: string;
  endedBy?: CancellationSource;
  amountMinor?: number;
  /** The order's goods were never sent and are for sale again. */
  returnStock?: true;
}

/** Something that happened to an order and left its status what it was. */
export interface OrderNews {
  kind: Exclude<OrderEventKind, 'status'>;
  amountMinor: number;
  reason: string;
  actor?: string;
}

export interface Settlement {
  /** The payment's new status; none when it stays what it is. */
  payment?: PaymentStatus;
  order?: OrderStep;
  news?: OrderNews[];
  /** The order had given its stock back and needs it again. */
  takeStock?: true;
  /** The money came for an order that can't use it: this much of it is to be refunded. */
  giveBack?: { reason: string; amountMinor: number };
  /** Whether this is an answer that is no refusal: with the first one the submission is accepted. */
  accepts?: true;
  /** Rows of refunds and disputes that are new or not what they were, and their sums. */
  refunds?: RefundChange[];
  refundedMinor?: number;
  disputes?: ProviderDispute[];
  lostMinor?: number;
}

export interface SettleInput {
  order: Pick<OrderRow, 'status' | 'endedBy' | 'paidAttempt' | 'fulfilled'>;
  /** All attempts of the order. */
  payments: readonly Pick<PaymentRow, 'attempt' | 'status' | 'amountMinor'>[];
  attempt: number;
  finding: Finding;
  /** What is recorded of this attempt. */
  refunds?: readonly RefundRow[];
  disputes?: readonly DisputeRow[];
  /** The order ended too long ago to be taken up again. */
  isTooLate?: boolean;
  /** The order needs its stock again, and there isn't enough. */
  stockIsGone?: boolean;
}
