import { invalid } from '#proof/simulator/http/api-error.ts';

/** Which amounts Stripe accepts, in minor units. Source: docs.stripe.com/currencies. */

/** A currency that is not listed accepts any amount from 1. */
const smallest: Record<string, number> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1_500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1_000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1_000,
  usd: 50,
};

/** Eight digits, independent of the currency's decimals; twelve for the rupiah. */
const largestOfMost = 99_999_999;
const largest: Record<string, number> = { idr: 999_999_999_999 };

/**
 * Currencies whose last digits must be zero. Five have three decimals, of which banks use two; two have two
 * decimals that are never used.
 */
const steps: Record<string, number> = { bhd: 10, jod: 10, kwd: 10, omr: 10, tnd: 10, isk: 100, ugx: 100 };

/** Throws Stripe's error for an amount that it doesn't accept in that currency. */
export function requireChargeable(amount: number, currency: string): void {
  const most = largest[currency] ?? largestOfMost;
  if (amount > most) {
    throw invalid(`Amount must be no more than ${money(most, currency)}`, {
      code: 'amount_too_large',
      param: 'amount',
    });
  }
  const least = smallest[currency] ?? 1;
  if (amount < least) {
    throw invalid(`Amount must be at least ${money(least, currency)} ${currency}`, {
      code: 'amount_too_small',
      param: 'amount',
    });
  }
  const step = steps[currency] ?? 1;
  if (amount % step !== 0) {
    throw invalid(`Amounts in ${currency} must be divisible by ${step}`, {
      code: 'invalid_charge_amount',
      param: 'amount',
    });
  }
}

/** Stripe counts these in hundredths, although ISO 4217 gives the currency no decimals. */
const hundredths = new Set(['isk', 'ugx']);

export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const decimals = hundredths.has(currency) ? 2 : (format.resolvedOptions().maximumFractionDigits ?? 2);
  return format.format(amount / 10 ** decimals);
}
