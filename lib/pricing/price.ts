import { basisPointsOf } from '#lib/platform/money.ts';
import { distributeTax } from '#lib/pricing/distribute-tax.ts';
import { type PricingRules, shippingPriceOf, termsOf } from '#lib/pricing/rules.ts';

/** The part of a cart that its price depends on. */
export interface CartToPrice {
  currency: string;
  /** A sku occurs in one line. */
  lines: readonly { sku: string; quantity: number; unitPriceMinor: number }[];
}

/** The choices of the shopper that the price depends on. */
export interface Choice {
  shippingMethod: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** A change of a line's price, such as a discount, which is negative. */
interface Adjustment {
  kind: string;
  label: string;
  amountMinor: number;
}

interface PricedLine {
  sku: string;
  /** Quantity times unit price. */
  subtotalMinor: number;
  adjustments: Adjustment[];
  taxMinor: number;
}

export interface PricedCart {
  /** In the order of the cart's lines. */
  lines: PricedLine[];
  shipping: { priceMinor: number; taxMinor: number };
  totals: Totals;
}

export interface Totals {
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
  totalMinor: number;
}

/**
 * The price of a cart with shipping and tax, in minor units. Pure: the page, the order writer and the tests
 * call the same function with the same inputs and get the same amounts.
 *
 * The tax is computed once for the whole order and rounded once. Its parts are distributed over the lines and
 * the shipping so that they add up to it.
 *
 * Undefined if the rules have no price for it: the method is not offered in the country, or the cart is in
 * another currency than the rules.
 */
export function price(cart: CartToPrice, choice: Choice, rules: PricingRules): PricedCart | undefined {
  const terms = termsOf(rules, choice.shippingMethod, choice.country);
  if (!terms || cart.currency !== rules.currency) return undefined;
  const { rate, taxBasisPoints } = terms;
  const subtotals = cart.lines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor);
  const subtotalMinor = subtotals.reduce((sum, minor) => sum + minor, 0);
  const shippingMinor = shippingPriceOf(rate, subtotalMinor);
  const taxMinor = basisPointsOf(subtotalMinor + shippingMinor, taxBasisPoints);
  const parts = [
    ...cart.lines.map(({ sku }, index) => ({ key: sku, amountMinor: subtotals[index] ?? 0 })),
    { key: '', amountMinor: shippingMinor },
  ];
  const taxes = distributeTax(taxMinor, parts, taxBasisPoints);
  return {
    lines: cart.lines.map(({ sku }, index) => ({
      sku,
      subtotalMinor: subtotals[index] ?? 0,
      adjustments: [],
      taxMinor: taxes[index] ?? 0,
    })),
    shipping: { priceMinor: shippingMinor, taxMinor: taxes.at(-1) ?? 0 },
    totals: {
      subtotalMinor,
      shippingMinor,
      taxMinor,
      discountMinor: 0,
      totalMinor: subtotalMinor + shippingMinor + taxMinor,
    },
  };
}
