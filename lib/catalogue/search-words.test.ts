import { expect, test } from 'vitest';
import { maxSearchWords, searchWords } from '#lib/catalogue/search-words.ts';

test('a search is its words, each once, whatever space is between them', () => {
  expect(searchWords('  wool \t blanket\u00a0wool\n')).toEqual(['wool', 'blanket']);
});

test('signs that mean something to a database stay what they are', () => {
  expect(searchWords(`100% linen_sheet o'clock \\`)).toEqual(['100%', 'linen_sheet', "o'clock", '\\']);
});

test('two ways of writing one letter are one word', () => {
  expect(searchWords('caf\u00e9 cafe\u0301')).toEqual(['caf\u00e9']);
});

test('U+0000, which no text in the database can hold, parts words', () => {
  expect(searchWords('mug\0blanket')).toEqual(['mug', 'blanket']);
});

test('an endless search costs no more than a long one', () => {
  const words = Array.from({ length: 500 }, (_, index) => `w${index}`);
  expect(searchWords(words.join(' '))).toEqual(words.slice(0, maxSearchWords));
});

test('a search for nothing has no words', () => {
  expect(searchWords(' \n ')).toEqual([]);
});
