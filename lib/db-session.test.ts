import { expect, test } from 'vitest';
import { commandLimits, schemaOf, sessionSettings } from '#lib/db-session.ts';

test.each([
  ['postgresql://u:p@h/d', 'public'],
  ['postgresql://u:p@h/d?schema=shop', 'shop'],
  ['postgresql://u:p@h/d?schema=', 'public'],
  ['postgresql://u:p@h/d?options=-c%20search_path%3Dshop,other%20-c%20geqo=off', 'shop'],
  ['postgresql://u:p@h/d?options=--search_path%3D%22Shop%22', 'Shop'],
  ['postgresql://u:p@h/d?options=-c%20geqo%3Doff', 'public'],
])('the schema of %s is %s', (url, schema) => {
  expect(schemaOf(url)).toBe(schema);
});

test('a schema in an address is a name and never SQL', () => {
  const url = `postgresql://u:p@h/d?schema=${encodeURIComponent('a"; DROP TABLE orders; --')}`;
  expect(sessionSettings(url, commandLimits).split('\n')[0]).toBe(
    'SET search_path = "a""; DROP TABLE orders; --", pg_temp;',
  );
});
