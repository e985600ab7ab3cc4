import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typedLine, visibleText } from '#lib/platform/text/typed-text.ts';

/**
 * What broke: a parcel could go to a name that is invisible (U+200B alone), or to a text with direction
 * overrides, which the page and the label showed differently.
 */

const line = typedLine(100);
const messageOf = (typed: string) => line.safeParse(typed).error?.issues[0]?.message;

test.each([
  ['a zero-width space alone', '\u200b'],
  ['a zero-width space within', 'Ada\u200bLovelace'],
  ['a byte order mark within', 'Ada\ufeffLovelace'],
  ['a soft hyphen', 'Love\u00adlace'],
  ['an override of the writing direction', '\u202eecalevoL adA'],
  ['an isolate of the writing direction', '\u2066Ada\u2069'],
  ['a language tag', 'Ada\u{e0041}'],
  ['a Hangul filler alone', '\u3164'],
  ['an empty Braille cell alone', '\u2800'],
  ['joiners alone', '\u200c\u200d'],
])('%s is refused as invisible', (_, typed) => {
  expect(messageOf(typed)).toContain('invisible');
});

test.each([
  ['a tab', 'Ada\tLovelace'],
  ['a line break', 'Ada\nLovelace'],
  ['an escape', '\u001b[31mAda'],
  ['a line separator', 'Ada\u2028Lovelace'],
  ['half a character', 'x\ud800'],
])('%s is refused as not printable', (_, typed) => {
  expect(messageOf(typed)).toContain('cannot be printed');
});

test.each([
  'Ada Lovelace',
  'O’Brien-Smith, 3rd floor (rear) №5',
  'Zoë Núñez',
  'Zoe\u0308',
  '山田 太郎',
  '葛\u{e0100}城市',
  'محمد',
  'می\u200cخواهم',
  'क्\u200dष',
  'ישראל\u200e 5',
  '👩\u200d🔧 Workshop',
])('%s is accepted unchanged', (typed) => {
  expect(line.parse(typed)).toBe(typed);
});

test('accepted text is only trimmed, never changed otherwise', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (typed) => {
      const taken = line.safeParse(typed).data;
      expect([undefined, typed.trim()]).toContain(taken);
    }),
  );
});

// What broke: the page's heading showed a search with a direction override in reverse.
test.each([
  ['\u202eknaht uoy', 'knaht uoy'],
  ['mug\u200b', 'mug'],
  ['a\0b\nc', 'a b c'],
  ['\u200b \u2800', ''],
  ['x\ud800', 'x\ufffd'],
  ['  チョーク ', 'チョーク'],
])('a search for %j is shown as %j', (typed, shown) => {
  expect(visibleText(typed)).toBe(shown);
});

test('text that a page shows back is always accepted as input', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
      expect(line.safeParse(visibleText(typed)).success).toBe(true);
    }),
  );
});
