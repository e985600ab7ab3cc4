import { Price } from '#components/ui/price.tsx';
import { shownTotal } from '#components/ui/shown-total.ts';
import { SummaryList, SummaryRow } from '#components/ui/summary-list.tsx';
import type { Totals } from '#lib/pricing/price.ts';

/** The parts of the total. Rows with a zero amount and no meaning are left out. */
export function OrderTotals({ totals, currency }: { totals: Totals; currency: string }) {
  const amount = (minor: number) => <Price minor={minor} currency={currency} />;
  return (
    <SummaryList>
      <SummaryRow label="Subtotal">{amount(totals.subtotalMinor)}</SummaryRow>
      <SummaryRow label="Delivery">
        {totals.shippingMinor === 0 ? 'Free' : amount(totals.shippingMinor)}
      </SummaryRow>
      {totals.discountMinor > 0 ? (
        <SummaryRow label="Discount">−{amount(totals.discountMinor)}</SummaryRow>
      ) : null}
      <SummaryRow label="Tax">{totals.taxMinor === 0 ? 'No tax' : amount(totals.taxMinor)}</SummaryRow>
      <SummaryRow label="Total" total>
        <Price minor={totals.totalMinor} currency={currency} {...shownTotal} />
      </SummaryRow>
    </SummaryList>
  );
}
