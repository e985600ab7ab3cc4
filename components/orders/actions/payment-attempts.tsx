import { Price } from '#components/ui/price.tsx';
import { ofAttempt } from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney } from '#lib/orders/money/order-money.ts';

/** All attempts to pay an order, if there was more than one. */
export function PaymentAttempts({ money }: { money: OrderMoney }) {
  const { attempts, currency } = money;
  if (attempts.length < 2) return null;
  return (
    <section className="print:hidden">
      <h2 className="text-xl">Payments</h2>
      <ol className="mt-3 divide-y divide-line border-y border-line">
        {attempts.map((one) => (
          <li key={one.attempt} className="flex flex-wrap items-baseline gap-x-4 py-2.5">
            <span className="figures text-muted">Attempt {one.attempt}</span>
            <span className="flex-1 font-medium">{ofAttempt(money, one)}</span>
            <Price minor={one.amountMinor} currency={currency} className="text-muted" />
          </li>
        ))}
      </ol>
    </section>
  );
}
