/**
 * The most words of one search that are used. More words could only narrow the result, and each costs the
 * database a pass over the texts.
 */
export const maxSearchWords = 12;

/**
 * The words of a search, without duplicates. Punctuation is part of a word: `100%` is searched as typed.
 * Only U+0000 separates words like a space, because PostgreSQL's text cannot contain it.
 */
export function searchWords(query: string): string[] {
  const words = query.replaceAll('\0', ' ').normalize('NFC').split(/\s+/u).filter(Boolean);
  return [...new Set(words)].slice(0, maxSearchWords);
}

/** A shorter word is no plural to drop an ending from: `gas`. */
const shortestPlural = 4;

/**
 * The possible singulars of an English plural: `mug` of `mugs`; `knif`, `knife` and `knive` of `knives`. Some are
 * no words, and not every word with an `s` is a plural: `len` of `lens`. So a search finds a singular as a whole word
 * or, if it is long enough, as the end of one, where a wrong one finds nothing. As any part of words, `len` would
 * find "length" and "woollen".
 */
export function singularsOf(word: string): string[] {
  const without = (letters: number) => word.slice(0, -letters);
  if (word.length < shortestPlural || !/(?!s)\p{L}s$/iu.test(word)) return [];
  if (/ies$/i.test(word)) return [`${without(3)}y`, without(1)];
  if (/ves$/i.test(word)) return [`${without(3)}f`, `${without(3)}fe`, without(1)];
  if (/(s|x|z|ch|sh|o)es$/i.test(word)) return [without(2), without(1)];
  return [without(1)];
}
