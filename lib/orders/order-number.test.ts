import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderNumberFrom, parseOrderNumber } from '#lib/orders/order-number.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const numbers = fc.uint8Array({ minLength: 11, maxLength: 11 }).map((bytes) => orderNumberFrom(bytes));

test('an order number is three groups of four unambiguous symbols', () => {
  for (let count = 0; count < 1_000; count += 1) {
    expect(orderNumberFrom(randomBytes(16))).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  }
});

test('an order number is recognized in any case, spacing and look-alike letters', () => {
  fc.assert(
    fc.property(numbers, (number) => {
      const typed = ` ${number.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
      return parseOrderNumber(typed) === number;
    }),
  );
});

test('one wrong symbol is always detected', () => {
  fc.assert(
    fc.property(numbers, fc.nat(11), fc.nat(31), (number, at, value) => {
      const symbols = [...number.replaceAll('-', '')];
      fc.pre(symbols[at] !== alphabet[value]);
      symbols[at] = alphabet[value] as string;
      return parseOrderNumber(symbols.join('')) === undefined;
    }),
  );
});

test('two swapped symbols are always detected', () => {
  fc.assert(
    fc.property(numbers, fc.nat(11), fc.nat(11), (number, a, b) => {
      const symbols = [...number.replaceAll('-', '')];
      fc.pre(symbols[a] !== symbols[b]);
      [symbols[a], symbols[b]] = [symbols[b] as string, symbols[a] as string];
      return parseOrderNumber(symbols.join('')) === undefined;
    }),
  );
});

test('text that is not an order number is rejected', () => {
  for (const typed of ['', '7K3Q', 'U'.repeat(12), '7K3Q-F9M2-XDH*', '7K3Q-F9M2-XDHTT']) {
    expect(parseOrderNumber(typed)).toBeUndefined();
  }
});

test('a foreign symbol or another length is rejected with every check symbol', () => {
  const digits = '7K3QF9M2XDH';
  const foreign = [...digits].map((_, at) => `${digits.slice(0, at)}*${digits.slice(at + 1)}`);
  for (const body of [...foreign, digits.slice(1), `${digits}7`, ''])
    for (const check of alphabet) expect(parseOrderNumber(body + check)).toBeUndefined();
});

test('ten thousand random hashes give ten thousand different numbers', () => {
  const made = Array.from({ length: 10_000 }, () => orderNumberFrom(randomBytes(16)));
  expect(new Set(made).size).toBe(10_000);
});
