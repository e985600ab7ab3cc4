import { type OrderLine, OrderLines } from '#components/orders/order-lines.tsx';
import { OrderTotals } from '#components/orders/order-totals.tsx';
import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { down } from '#components/ui/icon-paths.ts';
import { Price } from '#components/ui/price.tsx';
import { shownTotal } from '#components/ui/shown-total.ts';
import { TextLink } from '#components/ui/text-link.tsx';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

interface SummaryProps {
  lines: OrderLine[];
  quote: CheckoutQuote;
  /** The totals are being fetched again and may change. */
  stale: boolean;
}

/** The items and their cost: beside the form on wide screens. */
export function SideSummary({ lines, quote, stale }: SummaryProps) {
  return (
    <section aria-labelledby="summary-title" className="max-lg:hidden">
      <div className="sticky top-6 rounded-lg border border-line bg-raised p-6">
        <div className="mb-5 flex items-baseline justify-between gap-4">
          <h2 id="summary-title" className="text-xl">
            Your order
          </h2>
          <TextLink href="/cart">Change</TextLink>
        </div>
        <Contents lines={lines} quote={quote} stale={stale} />
      </div>
    </section>
  );
}

/** The same above the form on a phone, folded: its summary line shows the total. */
export function FoldedSummary({ lines, quote, stale }: SummaryProps) {
  const items = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <details className="group rounded-lg border border-line bg-raised lg:hidden">
      <summary className="flex min-h-13 list-none items-center gap-2 px-4 font-medium [&::-webkit-details-marker]:hidden">
        <span className="flex-1">
          Your order{' '}
          <span className="font-normal text-muted">{`(${items} ${items === 1 ? 'item' : 'items'})`}</span>
        </span>
        <Price
          minor={quote.totalMinor}
          currency={quote.currency}
          {...shownTotal}
          className={cn('text-lg font-semibold', stale && 'text-muted')}
        />
        <Icon path={down} className="size-5 text-muted transition-transform group-open:rotate-180" />
      </summary>
      <div className="border-t border-line p-4">
        <Contents lines={lines} quote={quote} stale={stale} />
        <p className="mt-4">
          <TextLink href="/cart">Change your cart</TextLink>
        </p>
      </div>
    </details>
  );
}

function Contents({ lines, quote, stale }: SummaryProps) {
  return (
    <>
      <OrderLines lines={lines} currency={quote.currency} />
      <div className={cn('mt-5 border-t border-line pt-5', stale && '[&_dd]:text-muted')}>
        <OrderTotals totals={quote} currency={quote.currency} />
      </div>
    </>
  );
}
