import { expect, test } from 'vitest';
import { maxSearchWords, searchWords } from '#lib/catalogue/search-words.ts';

test('a search has each word once, with any space between words', () => {
  expect(searchWords('  wool \t blanket\u00a0wool\n')).toEqual(['wool', 'blanket']);
});

test('characters with a meaning in SQL stay unchanged', () => {
  expect(searchWords(`100% linen_sheet o'clock \\`)).toEqual(['100%', 'linen_sheet', "o'clock", '\\']);
});

test('two Unicode forms of one letter give one word', () => {
  expect(searchWords('caf\u00e9 cafe\u0301')).toEqual(['caf\u00e9']);
});

test('U+0000, which PostgreSQL cannot store, separates words', () => {
  expect(searchWords('mug\0blanket')).toEqual(['mug', 'blanket']);
});

test('the number of words of a search is limited', () => {
  const words = Array.from({ length: 500 }, (_, index) => `w${index}`);
  expect(searchWords(words.join(' '))).toEqual(words.slice(0, maxSearchWords));
});

test('an empty search has no words', () => {
  expect(searchWords(' \n ')).toEqual([]);
});
