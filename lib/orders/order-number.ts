/**
 * Order numbers for people: `7K3Q-F9M2-XDHT`. Eleven symbols of a keyed hash (55 bits: two of a
 * million orders share a number with a chance of about 1 in 70,000, and a guess hits one of them
 * with a chance of 1 in 36 billion) and a check symbol. No counter, so nothing to contend on and
 * nothing that tells a competitor how many orders there are.
 */

/** Crockford's base 32: no I, L, O or U, so nothing is misread, and nothing is a rude word. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const hashedSymbols = 11;

/** The order number of a keyed hash, of which the first eleven bytes count. */
export function orderNumberFrom(hash: Uint8Array): string {
  const values: number[] = [];
  for (let at = 0; at < hashedSymbols; at += 1) values.push((hash[at] ?? 0) & 31);
  values.push(checkOf(values));
  return format(values);
}

/**
 * What a person typed, as an order number, or undefined when it cannot be one. Forgives case,
 * spaces, missing hyphens, and O, I, L for 0, 1, 1; catches every single wrong symbol and every
 * swap of two.
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
 * The symbols as coefficients over GF(32), weighted with distinct powers of the generator: the
 * sum changes with any one symbol, and with any swap of two, because their weights differ.
 */
function checkOf(values: number[]): number {
  return values.reduce((sum, value) => double(sum ^ value), 0);
}

/** Multiplication by x in GF(2^5) modulo x^5 + x^2 + 1, which is primitive: x has order 31. */
function double(value: number): number {
  return value & 16 ? ((value << 1) ^ 0b100101) & 31 : value << 1;
}
