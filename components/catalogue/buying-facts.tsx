import { FileText, RotateCcw, Truck } from 'lucide-react';
import { freeDelivery } from '#components/site/delivery-words.ts';
import { formatMoney } from '#lib/platform/money.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

const facts = [
  { icon: RotateCcw, text: 'Thirty days to send it back, used or not' },
  { icon: FileText, text: 'Pay by invoice, within 14 days of delivery' },
];

/** Answers to what shoppers ask before they add an item to the cart. */
export function BuyingFacts({ delivery }: { delivery: DeliveryFacts | undefined }) {
  return (
    <ul className="grid gap-2 text-muted">
      {[...shippingFacts(delivery), ...facts].map(({ icon: Icon, text }) => (
        <li key={text} className="flex gap-3">
          <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
          {text}
        </li>
      ))}
    </ul>
  );
}

function shippingFacts(delivery: DeliveryFacts | undefined) {
  const free = delivery && freeDelivery(delivery);
  if (!free) return [];
  return [{ icon: Truck, text: `Free ${free.words} from ${formatMoney(free.fromMinor, delivery.currency)}` }];
}
