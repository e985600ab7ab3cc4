import { z } from 'zod';

/**
 * Text as a person types it on one line. PostgreSQL stores neither U+0000 nor half a surrogate pair, a
 * parcel label prints no control character, and text that is invisible or that turns the direction
 * of what follows looks like something else than it is.
 */

/** Controls, line and paragraph separators, and annotations: nothing that a label can print. */
const unprintable = /[\p{Cc}\u2028\u2029\ufff9-\ufffb]/u;

/**
 * Zero-width spaces and joiners of words, soft hyphens, tags, and the overrides and isolates of
 * writing direction. Joiners that Persian and Indic scripts need, direction marks and variation
 * selectors are no part of it: people's names have them.
 */
const invisible = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]/u;

/** What takes up no ink. U+2800 is a Braille cell without dots. */
const blank = /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\p{M}\u2800]+$/u;

/** What most people type: printable ASCII, which needs no look at Unicode's tables. */
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

/** Text that is only shown back, such as a search, without what is not printable or not visible. */
export function visibleText(text: string): string {
  const kept = Array.from(text.toWellFormed(), (sign) =>
    invisible.test(sign) ? '' : unprintable.test(sign) ? ' ' : sign,
  ).join('');
  return blank.test(kept) ? '' : kept.trim();
}
