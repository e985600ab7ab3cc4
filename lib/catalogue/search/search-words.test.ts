import { expect, test } from 'vitest';
import { maxSearchWords, searchWords, singularsOf } from '#lib/catalogue/search/search-words.ts';

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

test.each([
  ['mugs', 'mug'],
  ['Brushes', 'Brush'],
  ['glasses', 'glass'],
  ['lenses', 'lens'],
  ['vases', 'vase'],
  ['boxes', 'box'],
  ['shoes', 'shoe'],
  ['potatoes', 'potato'],
  ['knives', 'knife'],
  ['shelves', 'shelf'],
  ['gloves', 'glove'],
  ['candies', 'candy'],
  ['cookies', 'cookie'],
  ['menus', 'menu'],
  ['tea-towels', 'tea-towel'],
  ['canap\u00e9s', 'canap\u00e9'],
])('the singulars of %s include %s', (plural, singular) => {
  expect(singularsOf(plural)).toContain(singular);
});

test.each(['gas', 'bus', 'glass', 'dress', 'brass', 'mug', 'mug\u2019s', '1950s', '%s', '100%'])(
  '%s has no singular',
  (word) => {
    expect(singularsOf(word)).toEqual([]);
  },
);
