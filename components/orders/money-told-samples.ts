import fc from 'fast-check';
import type { MoneyFacts, PaymentFacts, RefundFacts } from '#lib/orders/money/order-money.ts';
import { cancelledAt, moneyFacts, paymentFacts } from '#lib/orders/money/order-money-samples.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';

/** Every possible order with its money, for the test of what is told of it. */

export const all = 4_599;

/** Refunds of a charge: a share of the remaining amount, or of the whole amount if the refund fails. */
const refundsOf = fc.array(
  fc.record({
    share: fc.constantFrom(1, 0.5, 0.25),
    status: fc.constantFrom<RefundFacts['status']>('created', 'succeeded', 'failed'),
    // Before the payment, after it, and after the cancellation.
    madeAt: fc.constantFrom(2, 10, cancelledAt, cancelledAt + 10),
    lasted: fc.constantFrom(0, 1, 15),
  }),
  { maxLength: 3 },
);

/** A charged card, with any later outcome. */
const charged = fc
  .record({
    made: refundsOf,
    lost: fc.constantFrom(0, 0, 0.5, 1),
    isDisputed: fc.boolean(),
    keeps: fc.boolean(),
  })
  .map(({ made, lost, isDisputed, keeps }): PaymentFacts => {
    const lostMinor = Math.floor(all * lost);
    let left = all - lostMinor;
    const refunds = made.flatMap(({ share, status, madeAt, lasted }): RefundFacts[] => {
      const amountMinor = Math.floor((status === 'failed' ? all : left) * share);
      if (status !== 'failed') left -= amountMinor;
      return amountMinor < 1 ? [] : [{ amountMinor, status, madeAt, changedAt: madeAt + lasted }];
    });
    const refundedMinor = sum(refunds.map((one) => (one.status === 'succeeded' ? one.amountMinor : 0)));
    const requestedMinor = sum(refunds.map((one) => (one.status === 'created' ? one.amountMinor : 0)));
    const isGone = refundedMinor + requestedMinor >= all;
    const status = refundedMinor >= all ? 'refunded' : isGone || !keeps ? 'returning' : 'succeeded';
    return paymentFacts({ status, capturedMinor: all, refundedMinor, lostMinor, isDisputed, refunds });
  });

const uncharged = (status: PaymentStatus): PaymentFacts => paymentFacts({ status });

/** A reserved amount whose release at the provider is done or pending. */
const reserved = fc
  .record({ isDone: fc.boolean(), madeAt: fc.constantFrom(10, cancelledAt, cancelledAt + 10) })
  .map(({ isDone, madeAt }): PaymentFacts => {
    const status = isDone ? 'succeeded' : 'created';
    return paymentFacts({
      status: isDone ? 'refunded' : 'returning',
      refundedMinor: isDone ? all : 0,
      refunds: [{ amountMinor: all, status, madeAt, changedAt: madeAt + 1 }],
    });
  });

/** An attempt that does not pay its order. */
const other = fc.oneof(fc.constantFrom(uncharged('declined'), uncharged('voided')), charged, reserved);

const isBack = ({ status }: PaymentFacts): boolean => status === 'refunded';

/** The attempt that pays the order, or that is under way, by the order's status. */
const main: Record<OrderStatus, fc.Arbitrary<PaymentFacts>> = {
  placed: fc.constant(paymentFacts({ method: 'invoice', status: 'due' })),
  payment_pending: fc.constantFrom(uncharged('created'), uncharged('requires_action')),
  payment_processing: fc.constant(uncharged('processing')),
  payment_unknown: fc.constant(uncharged('unknown')),
  payment_declined: other,
  paid: fc.oneof(
    charged.filter((one) => !isBack(one)),
    fc.constant(uncharged('authorized')),
  ),
  fulfilled: charged.filter((one) => !isBack(one)),
  cancelled: fc.oneof(
    charged.filter((one) => !isBack(one)),
    reserved.filter((one) => !isBack(one)),
    other,
  ),
  refunded: fc.oneof(charged.filter(isBack), reserved.filter(isBack)),
};

const pays: readonly OrderStatus[] = ['paid', 'fulfilled', 'refunded'];

export const orders: fc.Arbitrary<MoneyFacts> = fc
  .constantFrom(...(Object.keys(main) as OrderStatus[]))
  .chain((status) =>
    fc.record({
      status: fc.constant(status),
      own: main[status],
      others: status === 'placed' ? fc.constant([]) : fc.array(other, { maxLength: 2 }),
      place: fc.nat(2),
      wasPaid: fc.boolean(),
      endedBy: fc.constantFrom<CancellationSource>('shopper', 'operator', 'provider', 'hold'),
    }),
  )
  .map(({ status, own, others, place, wasPaid, endedBy }) => {
    const isLast = !pays.includes(status) && status !== 'cancelled';
    const at = isLast ? others.length : Math.min(place, others.length);
    const payments = others.toSpliced(at, 0, own).map((one, index) => ({ ...one, attempt: index + 1 }));
    const isOwn = pays.includes(status) || (status === 'cancelled' && wasPaid && mayHavePaid(own));
    const isOver = status === 'cancelled' || status === 'refunded';
    return moneyFacts({
      status,
      payments,
      paidAttempt: isOwn ? at + 1 : null,
      endedBy: isOver ? endedBy : null,
    });
  });

/** A fully refunded attempt would have made its order `refunded`. */
const mayHavePaid = (one: PaymentFacts): boolean =>
  !isBack(one) && (one.capturedMinor > 0 || one.refunds.length > 0);

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
