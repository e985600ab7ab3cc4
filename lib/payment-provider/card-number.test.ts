import fc from 'fast-check';
import { expect, test } from 'vitest';
import { looksLikeCardNumber } from '#lib/payment-provider/card-number.ts';

/** Test numbers that providers publish, of 13, 14, 15, 16 and 19 digits. */
const numbers = [
  '4222222222222',
  '36227206271667',
  '378282246310005',
  '4242424242424242',
  '6205500000000000004',
];

test('a card number is recognised, however its digits are grouped', () => {
  for (const number of numbers) {
    for (const separator of ['', ' ', '-', ' - ']) {
      expect(looksLikeCardNumber(number.match(/.{1,4}/g)?.join(separator) ?? ''), number).toBe(true);
    }
    expect(looksLikeCardNumber(`  ${number}\n`)).toBe(true);
  }
});

test('a number with one wrong digit is not a card number', () => {
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.nat(11), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      const wrong = `${number.slice(0, at)}${(Number(number[at]) + by) % 10}${number.slice(at + 1)}`;
      expect(looksLikeCardNumber(wrong)).toBe(false);
    }),
  );
});

test('a text with too few digits, too many digits or other characters is not a card number', () => {
  for (const text of [
    '',
    '0',
    '-',
    '00000000000',
    '0'.repeat(20),
    'pm_4242424242424242',
    '4242.4242.4242.4242',
  ]) {
    expect(looksLikeCardNumber(text), text).toBe(false);
  }
  expect(looksLikeCardNumber('0'.repeat(12))).toBe(true);
  expect(looksLikeCardNumber('0'.repeat(19))).toBe(true);
});
