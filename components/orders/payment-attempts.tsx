import { isOwed, isReserved } from '#components/orders/order-news.ts';
import { Price } from '#components/ui/price.tsx';
import type { OrderMoney } from '#lib/orders/order-money.ts';
import type { OrderView, PaymentStatus } from '#lib/orders/schema.ts';

const words: Record<PaymentStatus, string> = {
  due: 'Due',
  created: 'Under way',
  requires_action: 'Waits for your bank',
  processing: 'Your bank is processing it',
  unknown: 'Being confirmed',
  authorized: 'Reserved on your card',
  succeeded: 'Paid',
  declined: 'Declined, nothing charged',
  voided: 'Called off, nothing charged',
  returning: 'Charged, refund requested',
  refunded: 'Refunded',
};

/** Of an amount that was only reserved, nothing was charged and nothing is refunded. */
const ofReserved: Partial<Record<PaymentStatus, string>> = {
  returning: 'Reserved, release requested',
  refunded: 'Released, nothing charged',
};

function wordsOf(payment: OrderView['payments'][number], money: OrderMoney): string {
  if (isOwed(payment, money)) return 'Charged, refund not made yet';
  return (isReserved(payment, money) ? ofReserved[payment.status] : undefined) ?? words[payment.status];
}

/** Every try to pay an order, where it took more than one. */
export function PaymentAttempts({ order, money }: { order: OrderView; money: OrderMoney }) {
  const { payments, currency } = order;
  if (payments.length < 2) return null;
  return (
    <section>
      <h2 className="text-xl">Payments</h2>
      <ol className="mt-3 divide-y divide-line border-y border-line">
        {payments.map((payment) => {
          const { attempt, amountMinor, refundedMinor } = payment;
          return (
            <li key={attempt} className="flex flex-wrap items-baseline gap-x-4 py-2.5">
              <span className="figures text-muted">Attempt {attempt}</span>
              <span className="flex-1 font-medium">
                {wordsOf(payment, money)}
                {refundedMinor > 0 && refundedMinor < amountMinor ? (
                  <>
                    , <Price minor={refundedMinor} currency={currency} /> refunded
                  </>
                ) : null}
              </span>
              <Price minor={amountMinor} currency={currency} className="text-muted" />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
