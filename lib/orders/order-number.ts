/**
 * Order numbers for people: `7K3Q-F9M2-XDHT`. Eleven symbols are taken from a keyed hash (55 bits), and one
 * is a check symbol. Among a million orders, the chance that two share a number is about 1 in 70,000, and
 * the chance that a guess hits an order is 1 in 36 billion. There is no counter, so there is no contention,
 * and the number does not tell a competitor how many orders there are.
 */

/** Crockford's base 32. Without I, L, O and U, numbers are not misread and contain no rude words. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const hashedSymbols = 11;

/** The order number for a keyed hash; only its first eleven bytes are used. */
export function orderNumberFrom(hash: Uint8Array): string {
  const values: number[] = [];
  for (let at = 0; at < hashedSymbols; at += 1) values.push((hash[at] ?? 0) & 31);
  values.push(checkOf(values));
  return format(values);
}

/**
 * Normalizes a typed order number; undefined when it is not valid. Accepts any case, spaces, missing
 * hyphens, and O, I, L for 0, 1, 1. Detects every single wrong symbol and every swap of two symbols.
 */
export function parseOrderNumber(typed: string): string | undefined {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const values = Array.from(plain, (symbol) => alphabet.indexOf(symbol));
  if (values.length !== hashedSymbols + 1 || values.includes(-1)) return undefined;
  return checkOf(values.slice(0, -1)) === values.at(-1) ? format(values) : undefined;
}

function format(values: number[]): string {
  let text = '';
  values.forEach((value, at) => {
    if (at > 0 && at % 4 === 0) text += '-';
    text += alphabet[value];
  });
  return text;
}

/**
 * A weighted sum over GF(32). The weights are distinct powers of the generator, so the sum changes with
 * any single symbol and with any swap of two.
 */
function checkOf(values: number[]): number {
  return values.reduce((sum, value) => double(sum ^ value), 0);
}

/** Multiplication by x in GF(2^5) modulo x^5 + x^2 + 1, which is primitive: x has order 31. */
function double(value: number): number {
  return value & 16 ? ((value << 1) ^ 0b100101) & 31 : value << 1;
}
