import { z } from 'zod';

/**
 * One line of text as a person types it. PostgreSQL stores neither U+0000 nor half a surrogate pair, and a
 * parcel label prints no control characters. Invisible characters and direction overrides make a text look
 * like another one.
 */

/** Controls, line and paragraph separators, and annotations, which a label cannot print. */
const unprintable = /[\p{Cc}\u2028\u2029\ufff9-\ufffb]/u;

/**
 * Zero-width spaces, word joiners, soft hyphens, tags, and direction overrides and isolates. Not included
 * are joiners that Persian and Indic scripts need, direction marks and variation selectors: people's names
 * contain them.
 */
const invisible = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]/u;

/** Text without visible characters. U+2800 is a Braille cell without dots. */
const blank = /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\p{M}\u2800]+$/u;

/** Fast path for what most people type: printable ASCII needs no lookup in Unicode's tables. */
const plain = /^[ -~]*$/;

/** One line of up to `max` UTF-16 units, trimmed. Empty is allowed. */
export const typedLine = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `may have at most ${max} characters`)
    .refine(
      (text) => plain.test(text) || (text.isWellFormed() && !unprintable.test(text)),
      'contains a character that cannot be printed. Delete the text and type it again',
    )
    .refine(
      (text) => plain.test(text) || (!invisible.test(text) && !blank.test(text)),
      'contains invisible characters. Delete the text and type it again',
    );

/** Removes unprintable and invisible characters from text that is only shown back, such as a search. */
export function visibleText(text: string): string {
  const kept = Array.from(text.toWellFormed(), (sign) =>
    invisible.test(sign) ? '' : unprintable.test(sign) ? ' ' : sign,
  ).join('');
  return blank.test(kept) ? '' : kept.trim();
}
