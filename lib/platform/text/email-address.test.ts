import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emailAddressSchema } from '#lib/platform/text/email-address.ts';

/**
 * What broke: addresses that browsers accept and that receive email were refused, because the rule was
 * narrower than the HTML standard's.
 */

const accepted = (typed: string): string | undefined => emailAddressSchema.safeParse(typed).data;

/** Copied from https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address (November 2026). */
const html = new RegExp(
  "^[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?" +
    '(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$',
);

test.each([
  'ivan@xn--h1alffa9f.xn--p1ai',
  'o&leary@example.com',
  'a/b@example.com',
  'x{y}|z!#$%@example.com',
  'ada+lamps@mail.example.co.uk',
  'root@intranet',
])('%s is accepted as it is', (address) => {
  expect(accepted(address)).toBe(address);
});

test('of all ASCII text, exactly what the HTML standard accepts is accepted', () => {
  const part = fc.string({
    unit: fc.constantFrom(...'aZ09.-_!#$%&\'*+/=?^`{|}~ @,;:<>()[]"\\'),
    maxLength: 20,
  });
  const like = fc.tuple(part, fc.constantFrom('@', '', '@@'), part).map((parts) => parts.join(''));
  const valid = fc.stringMatching(html).filter((text) => text.length <= 254);
  fc.assert(
    fc.property(fc.oneof(like, valid, fc.string({ unit: 'binary-ascii' })), (typed) => {
      const address = typed.trim();
      expect(accepted(typed)).toBe(html.test(address) && address.length <= 254 ? address : undefined);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['иван@президент.рф', 'иван@президент.рф'],
  ['ivan@президент.рф', 'ivan@xn--d1abbgf6aiiy.xn--p1ai'],
  [' jürgen@müller.example ', undefined],
  ['juergen@MÜLLER.example', 'juergen@xn--mller-kva.example'],
])('in %s the domain becomes ASCII, and the name must already be ASCII', (typed, ascii) => {
  expect(accepted(typed)).toBe(ascii === typed ? undefined : ascii);
});

test.each([
  ['a zero-width space', 'a\u200bda@example.com'],
  ['a right-to-left override', 'ada\u202e@example.com'],
  ['a line break', 'ada@example.com\r\nBcc: eve@example.com'],
  ['a NUL', 'ada\0@example.com'],
  ['a name beside the address', 'Ada <ada@example.com>'],
  ['two addresses', 'ada@example.com,eve@example.com'],
  ['a path behind a foreign domain', 'ada@müller.example/path'],
  ['a port behind a foreign domain', 'ada@müller.example:25'],
  ['255 characters', `${'a'.repeat(243)}@example.com`],
  ['no domain', 'ada@'],
  ['nothing', '  '],
])('an address with %s is refused', (_, typed) => {
  expect(accepted(typed)).toBeUndefined();
});
