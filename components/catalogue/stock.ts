/**
 * At this many units or fewer, the page shows the number. It is low enough to make a shopper decide
 * today and to stay correct for a while.
 */
const fewUnits = 5;

export type StockState = 'in' | 'few' | 'out';

export function stockState(available: number): StockState {
  if (available <= 0) return 'out';
  return available <= fewUnits ? 'few' : 'in';
}

/** Returns the page's text for a variant's stock. */
export function stockText(available: number): string {
  const state = stockState(available);
  if (state === 'out') return 'Sold out';
  return state === 'few' ? `Only ${available} left` : 'In stock';
}

/** Returns a product's lowest price among the variants in stock; `from` when others cost more. */
export function offerOf(
  variants: { priceMinor: number; available: number }[],
): { minor: number; from: boolean } | undefined {
  const inStock = variants.filter(({ available }) => available > 0);
  const prices = (inStock.length > 0 ? inStock : variants).map(({ priceMinor }) => priceMinor);
  if (prices.length === 0) return undefined;
  const minor = Math.min(...prices);
  return { minor, from: Math.max(...prices) > minor };
}
