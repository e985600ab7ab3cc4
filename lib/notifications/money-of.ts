import type { OrderEventKind } from '#lib/orders/change-order.ts';
import { type MoneyFacts, summarize } from '#lib/orders/money/order-money.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** The state of the event's money in the order's rows when the notification is written. */
export interface EventMoney {
  /** The attempt whose refund was confirmed or failed. */
  attempt: number | undefined;
  /** A refund that the event requested is neither confirmed nor refused. */
  isPending: boolean;
  /** The refund that the event confirmed is still confirmed. */
  isConfirmed: boolean;
  /** The refund belongs to a charge that the shop learned of after the order was cancelled. */
  isLate: boolean;
  /** A refund of the order failed and was not replaced. */
  isFailed: boolean;
}

interface Told {
  to: OrderStatus;
  kind: OrderEventKind;
  at: Date;
  amountMinor: number | undefined;
}

/** An event does not name its refund, so they are matched by time: both are written in one transaction. */
export function moneyOf({ to, kind, at, amountMinor }: Told, facts: MoneyFacts): EventMoney {
  const { attempts } = summarize(facts);
  const refunds = facts.payments.flatMap(({ attempt, refunds: made }) =>
    made.map((refund) => ({ ...refund, attempt })),
  );
  const confirmed = refunds.filter((one) => one.status === 'succeeded' && one.amountMinor === amountMinor);
  const its = confirmed.find(({ changedAt }) => changedAt === at.getTime()) ?? confirmed[0];
  // An operator repeats the refund by its attempt, so matching by amount would be too uncertain.
  const failed = refunds.find(({ status, changedAt }) => status === 'failed' && changedAt === at.getTime());
  return {
    attempt: (kind === 'refund_failed' ? failed : its)?.attempt,
    isPending: refunds.some(({ status, madeAt }) => status === 'created' && madeAt === at.getTime()),
    isConfirmed: kind === 'status' ? facts.status === to : its !== undefined,
    isLate: attempts.some(({ attempt, cameLate }) => cameLate && attempt === its?.attempt),
    isFailed: attempts.some(({ failedMinor }) => failedMinor > 0),
  };
}
