import { formatMoney } from '#lib/platform/money.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';
import { methodName } from '#lib/shipping/method-label.ts';

/** The first method that becomes free, in words: `standard delivery in the United States`. */
export function freeDelivery(facts: DeliveryFacts): { words: string; fromMinor: number } | undefined {
  for (const { label, freeFromMinor: fromMinor } of facts.methods) {
    if (fromMinor === null) continue;
    return { words: `${methodName(label).toLowerCase()} delivery in ${facts.country}`, fromMinor };
  }
  return undefined;
}

/** The price of the preferred method, and how long each method takes. */
export function deliveryWords({ country, currency, methods }: DeliveryFacts): string {
  const [preferred] = methods;
  if (!preferred) return '';
  const { priceMinor, freeFromMinor } = preferred;
  const free = freeFromMinor === null ? '' : `, free from ${formatMoney(freeFromMinor, currency)}`;
  const price = `${formatMoney(priceMinor, currency)} in ${country}${free}`;
  return [price, ...methods.map(({ label }) => label)].map((sentence) => `${sentence}.`).join(' ');
}
