import { freeDelivery } from '#components/site/delivery-words.ts';
import { Icon } from '#components/ui/icon.tsx';
import { invoice, truck, turnBack } from '#components/ui/icon-paths.ts';
import { formatMoney } from '#lib/platform/money.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

const facts = [
  { icon: turnBack, text: 'Thirty days to send it back, used or not' },
  { icon: invoice, text: 'Pay by invoice, within 14 days of delivery' },
];

/** Answers to what shoppers ask before they add an item to the cart. */
export function BuyingFacts({ delivery }: { delivery: DeliveryFacts | undefined }) {
  return (
    <ul className="grid gap-2 text-muted">
      {[...shippingFacts(delivery), ...facts].map(({ icon, text }) => (
        <li key={text} className="flex gap-3">
          <Icon path={icon} className="mt-0.5 size-5 shrink-0" />
          {text}
        </li>
      ))}
    </ul>
  );
}

function shippingFacts(delivery: DeliveryFacts | undefined) {
  const free = delivery && freeDelivery(delivery);
  if (!free) return [];
  return [{ icon: truck, text: `Free ${free.words} from ${formatMoney(free.fromMinor, delivery.currency)}` }];
}
