import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutLink, withoutLinks } from './without-links.ts';

/**
 * The texts that mail programs turn into links: a scheme, an email address, a name with a top-level domain,
 * an IP address.
 */
const clickable =
  /\w+:\/\/|\b(?:mailto|tel|javascript|data):\S|[\p{L}\p{N}_-][.\u2024\u3002\uFE52\uFF0E\uFF61]\p{L}[\p{M}]*\p{L}|\d{1,3}(?:\.\d{1,3}){3}/iu;

describe('text that would be a link', () => {
  test.each([
    'Claim your prize: https://evil.example/win',
    'http://1.2.3.4/x',
    'www.evil.example',
    'evil.example',
    'EVIL.EXAMPLE/path?q=1',
    'joe@evil.example',
    'mailto:joe@evil.example',
    'bit.ly/abc',
    'пример.рф',
    '例え.テスト',
    'evil．example',
    'evil。com',
    'xn--e1afmkfd.xn--p1ai',
    'evil.\u200Bcom',
    'evil\u200D.\u200Dcom',
    'e\u00ADvil.co\u00ADm',
    'hxxps:evil.example',
    'javascript:alert(1)',
    '10.0.0.1:8080/pay',
  ])('%j is no longer a link', (text) => {
    expect(clickable.test(text.replaceAll(/\p{Cf}/gu, '')) || text.includes(':')).toBe(true);
    expect(withoutLink(text)).not.toMatch(clickable);
  });

  test('stays readable', () => {
    expect(withoutLink('Claim: https://evil.example/win')).toBe('Claim: https: //evil. example/win');
  });
});

test.each([
  "St. Mary's Rd.",
  '12 St James’s Square',
  'J.R.R. Tolkien',
  'P.O. Box 7',
  'No.5, Fl. 3',
  'ul. Św. Anny 12/4',
  'Kreuzberg e.V.',
  'c/o Ada, Apt. 4-B',
  '東京都千代田区1-2-3',
  'محمد علی',
  'می\u200Cخواهم',
  'क्\u200Dष',
  'O’Leary & Sons',
])('%j is not changed', (text) => {
  expect(withoutLink(text)).toBe(text);
});

test('a line break starts no new paragraph, and a long text is cut', () => {
  expect(withoutLink('Ada\r\n\r\nYou have won')).toBe('Ada You have won');
  const cut = withoutLink('x'.repeat(500));
  expect([...cut]).toHaveLength(100);
  expect(cut.endsWith('…')).toBe(true);
});

test('only text fields are changed, and absent fields stay absent', () => {
  expect(withoutLinks({ name: 'a.example', line2: null, country: 'US' })).toEqual({
    name: 'a. example',
    line2: null,
    country: 'US',
  });
});

test('no typed text becomes a link', () => {
  const pieces = fc.constantFrom(
    'evil',
    '.',
    'com',
    '://',
    'https',
    ':',
    '/',
    'www',
    '1',
    '．',
    '。',
    '\u200B',
    '\u200D',
    ' ',
    '@',
    '\n',
    'рф',
    'xn--',
    '-',
    '.1.2.3.4',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 }),
      (parts) => {
        expect(withoutLink(parts.join(''))).not.toMatch(clickable);
      },
    ),
    { numRuns: 3_000 },
  );
});
