/** Money is a whole number of a currency's minor units: 4599 USD is $45.99, 4599 JPY is ¥4,599. */

/**
 * The largest total an order may have, in minor units: the most that the payment provider charges in one
 * payment, eight digits in nearly every currency (docs.stripe.com/currencies). With a larger total every
 * card would be refused, and the order would wait for a card that can't exist.
 */
export const maxTotalMinor = 99_999_999;

const formats = new Map<string, { format: Intl.NumberFormat; divisor: number }>();

function formatOf(currency: string, locale: string) {
  const key = `${locale} ${currency}`;
  let entry = formats.get(key);
  if (!entry) {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    // ISO 4217 defines the decimals of each currency. Intl contains that table.
    entry = { format, divisor: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    formats.set(key, entry);
  }
  return entry;
}

/** `formatMoney(4599, 'USD')` is `$45.99`. */
export function formatMoney(minor: number, currency: string, locale = 'en-US'): string {
  const { format, divisor } = formatOf(currency, locale);
  return format.format(minor / divisor);
}

/** `parseMoney('12.5', 'USD')` is 1250. Undefined if the text is not an amount in the currency. */
export function parseMoney(typed: string, currency: string): number | undefined {
  const [, whole = '', fraction = ''] = typed.match(/^(\d{1,9})(?:\.(\d+))?$/) ?? [];
  const decimals = formatOf(currency, 'en-US').divisor.toString().length - 1;
  if (whole === '' || fraction.length > decimals) return undefined;
  return Number(whole + fraction.padEnd(decimals, '0'));
}

/** An amount in the format of `parseMoney`: `typedMoney(1250, 'USD')` is `12.50`. */
export function typedMoney(minor: number, currency: string): string {
  const { divisor } = formatOf(currency, 'en-US');
  return (minor / divisor).toFixed(divisor.toString().length - 1);
}

/**
 * A share of an amount in basis points (1/100 of a percent), rounded half up to a whole minor
 * unit, as tax authorities round. Exact for every amount up to `maxTotalMinor`: the product
 * stays below 2^53.
 */
export function basisPointsOf(minor: number, basisPoints: number): number {
  return Math.floor((minor * basisPoints + 5_000) / 10_000);
}
