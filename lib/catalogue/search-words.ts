/**
 * The most words of one search that are looked for. More would not find anything that these
 * don't, and each costs the database a pass over the texts.
 */
export const maxSearchWords = 12;

/**
 * The words of a search, each once. Signs are part of a word: `100%` is searched as it stands.
 * Only U+0000 parts words like a space, because PostgreSQL's text cannot hold it.
 */
export function searchWords(query: string): string[] {
  const words = query.replaceAll('\0', ' ').normalize('NFC').split(/\s+/u).filter(Boolean);
  return [...new Set(words)].slice(0, maxSearchWords);
}
