import { FileText, RotateCcw, Truck } from 'lucide-react';
import { formatMoney, storeCurrency } from '#lib/platform/money.ts';
import { freeStandardFromMinor } from '#lib/shipping/methods.ts';

const facts = [
  {
    icon: Truck,
    text: `Free standard delivery in the United States from ${formatMoney(freeStandardFromMinor, storeCurrency)}`,
  },
  { icon: RotateCcw, text: 'Thirty days to send it back, used or not' },
  { icon: FileText, text: 'Pay by invoice, within 14 days of delivery' },
];

/** Answers to what shoppers ask before they add an item to the cart. */
export function BuyingFacts() {
  return (
    <ul className="grid gap-2 text-muted">
      {facts.map(({ icon: Icon, text }) => (
        <li key={text} className="flex gap-3">
          <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
          {text}
        </li>
      ))}
    </ul>
  );
}
