import type { OrderEventKind } from '#lib/orders/change-order.ts';
import { type MoneyFacts, summarize } from '#lib/orders/money/order-money.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** What the rows of an order say, when an event is told, about the money of that very event. */
export interface EventMoney {
  /** The attempt whose refund was confirmed, or failed. */
  attempt: number | undefined;
  /** A refund that was requested by the event is neither confirmed nor refused. */
  isPending: boolean;
  /** The refund that the event confirmed is confirmed now, too. */
  isConfirmed: boolean;
  /** It is of a charge of which the shop heard when the order was cancelled already. */
  isLate: boolean;
  /** A refund of the order failed, and is not made good. */
  isFailed: boolean;
}

interface Told {
  to: OrderStatus;
  kind: OrderEventKind;
  at: Date;
  amountMinor: number | undefined;
}

/** An event does not name its refund. But both are written in one transaction, with its time. */
export function moneyOf({ to, kind, at, amountMinor }: Told, facts: MoneyFacts): EventMoney {
  const { attempts } = summarize(facts);
  const refunds = facts.payments.flatMap(({ attempt, refunds: made }) =>
    made.map((refund) => ({ ...refund, attempt })),
  );
  const confirmed = refunds.filter((one) => one.status === 'succeeded' && one.amountMinor === amountMinor);
  const its = confirmed.find(({ changedAt }) => changedAt === at.getTime()) ?? confirmed[0];
  // An operator asks for it again by its attempt, so a guess by the amount is not good enough.
  const failed = refunds.find(({ status, changedAt }) => status === 'failed' && changedAt === at.getTime());
  return {
    attempt: (kind === 'refund_failed' ? failed : its)?.attempt,
    isPending: refunds.some(({ status, madeAt }) => status === 'created' && madeAt === at.getTime()),
    isConfirmed: kind === 'status' ? facts.status === to : its !== undefined,
    isLate: attempts.some(({ attempt, cameLate }) => cameLate && attempt === its?.attempt),
    isFailed: attempts.some(({ failedMinor }) => failedMinor > 0),
  };
}
