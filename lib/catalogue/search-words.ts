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
