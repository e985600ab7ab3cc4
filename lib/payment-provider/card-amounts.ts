/**
 * The smallest amounts that a card can be charged, in minor units (docs.stripe.com/currencies). The largest
 * is `maxTotalMinor` of lib/platform/money.ts, which no cart may exceed: every card refuses a larger charge,
 * so such an order could never be paid.
 */
const smallestMinor: Record<string, number> = {
  AUD: 50,
  CAD: 50,
  CHF: 50,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  JPY: 50,
  NOK: 300,
  NZD: 50,
  SEK: 300,
  SGD: 50,
  USD: 50,
};

/** Whether a card can pay this total. A currency that is not listed has no minimum. */
export function isChargeable(totalMinor: number, currency: string): boolean {
  return totalMinor >= (smallestMinor[currency] ?? 1);
}
