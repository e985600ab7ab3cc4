import { expect, test } from 'vitest';
import { firstNameOf } from '#lib/shipping/first-name.ts';

test.each([
  ['Ada Lovelace', 'US', 'Ada'],
  ['  Ada   Lovelace ', 'US', 'Ada'],
  ['Ursula K. Le Guin', 'US', 'Ursula'],
  ['Anne-Marie O’Neil', 'IE', 'Anne-Marie'],
  ["D'Arcy Thompson", 'GB', "D'Arcy"],
  ['Łukasz Żak', 'DE', 'Łukasz'],
  // Typed with a combining mark.
  ['Jose\u0301 Pérez', 'ES', 'José'],
])('%j in %s is greeted as %s', (name, country, first) => {
  expect(firstNameOf({ name, country })).toBe(first);
});

test.each([
  ['', 'US'],
  ['   ', 'US'],
  // One word: perhaps a family name, or a company.
  ['Lovelace', 'US'],
  ['Li', 'US'],
  // Scripts and countries in which the family name comes first.
  ['王 小明', 'US'],
  ['王小明', 'CN'],
  ['Иванов Иван', 'DE'],
  ['김 민준', 'US'],
  ['Tan Wei Ming', 'SG'],
  ['Yamada Taro', 'JP'],
  ['עדה לאבלייס', 'US'],
  // No person, more than one, or a title first.
  ['Studio 54', 'US'],
  ['Studio Vier', 'DE'],
  ['Familie Weber', 'DE'],
  ['Van Dijk', 'BE'],
  ['De La Cruz', 'US'],
  ['DUPONT Marie', 'FR'],
  ['Mary & John Smith', 'US'],
  ['Lovelace, Ada', 'US'],
  ['Dr Ada Lovelace', 'US'],
  ['Dr. Ada Lovelace', 'US'],
  ['Frau Ada Lovelace', 'DE'],
  ['The Tea Room', 'GB'],
  ['A. Lovelace', 'US'],
  ['A Lovelace', 'US'],
  ['van Gogh', 'NL'],
  ['ada lovelace', 'US'],
  [`${'W'.repeat(21)} Smith`, 'US'],
])('%j in %s is greeted without a name', (name, country) => {
  expect(firstNameOf({ name, country })).toBeUndefined();
});
