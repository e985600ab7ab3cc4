import type { Actor } from '#lib/orders/actor.ts';
import type { OrderEventKind } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { Charge, ProviderDispute } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { DisputeRow } from '#lib/payments/events/mirror-disputes.ts';
import type { RefundChange, RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';

/** The input and the result of `settle`. */

/** The provider's answer: the charge, that there is none, or no answer. */
export type Finding = Charge | 'absent' | 'unknown';

/** A change of the order's status. */
interface OrderStep {
  to: OrderStatus;
  reason: string;
  /** Who did it, if not the actor that asked the provider. */
  actor?: Actor;
  endedBy?: CancellationSource;
  amountMinor?: number;
  /** The order's items were never sent, so its stock is for sale again. */
  releaseStock?: true;
}

/** An event of an order that does not change its status. */
export interface OrderNews {
  kind: Exclude<OrderEventKind, 'status'>;
  amountMinor: number;
  reason: string;
  actor?: Actor;
}

export interface Settlement {
  /** The payment's new status; undefined when it stays the same. */
  payment?: PaymentStatus;
  order?: OrderStep;
  news?: OrderNews[];
  /** The order had released its stock and needs it again. */
  takeStock?: true;
  /** The order can't use the money: refund this amount. */
  giveBack?: { reason: string; amountMinor: number };
  /** The answer is not a refusal: the first such answer accepts the submission. */
  accepts?: true;
  /** New and changed rows of refunds and disputes, and the sums of all of them. */
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
  /** The recorded refunds and disputes of this attempt. */
  refunds?: readonly RefundRow[];
  disputes?: readonly DisputeRow[];
  /** The order ended too long ago to be reopened. */
  isTooLate?: boolean;
  /** The order needs its stock again, and there is not enough. */
  stockIsGone?: boolean;
}
