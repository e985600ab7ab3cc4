/**
 * Makes text that a shopper typed safe for an email. A person can place an order with any email address, so
 * such text must not become a link that the shop seems to vouch for.
 *
 * The rule is to put a space where a mail program would see a URL: after a dot that joins words ("evil.
 * example", "St. Mary's" stays), after a colon ("https: //"), and in four numbers joined by dots. No visible
 * character is lost. Invisible characters, which could hide a dot's neighbour, and line breaks, which could
 * start a new paragraph, are replaced.
 */

/** More than a parcel label prints: the longest text that fits a line or two of an email. */
const maxCharacters = 100;

/** Characters that address bars read as a dot. */
const dot = '[.\u2024\u3002\uFE52\uFF0E\uFF61]';

/** A dot inside a word, before what could be a top-level domain: two letters or more. */
const dotInWord = new RegExp(`(?<=[\\p{L}\\p{M}\\p{N}_-])(${dot})(?=\\p{L}\\p{M}*\\p{L})`, 'giu');
const dottedNumbers = new RegExp(`\\d{1,3}(?:${dot}\\d{1,3}){3}`, 'gu');
const dots = new RegExp(dot, 'gu');
const colonBeforeText = /[:：](?=\S)/gu;

export function withoutLink(text: string): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    // Persian and Hindi spelling uses joiners, so they stay between two letters of these scripts.
    .replaceAll(/\p{Cf}/gu, (mark) => (mark === '\u200C' || mark === '\u200D' ? mark : ''))
    .replaceAll(
      new RegExp(`[\u200C\u200D]+(?=${dot}|[\\x20-\\x7E])|(?<=${dot}|[\\x20-\\x7E])[\u200C\u200D]+`, 'gu'),
      '',
    )
    .replaceAll(dotInWord, '$1 ')
    .replaceAll(dottedNumbers, (numbers) => numbers.replaceAll(dots, '. '))
    .replaceAll(colonBeforeText, ': ');
  const characters = [...plain];
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : plain;
}

/** Applies `withoutLink` to every text field of an object, such as an address. */
export function withoutLinks<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutLink(value) : value,
    ]),
  ) as Fields;
}
