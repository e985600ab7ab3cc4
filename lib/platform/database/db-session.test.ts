import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandLimits, schemaOf, sessionSettings, settings } from '#lib/platform/database/db-session.ts';

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

test('a schema in a connection string is quoted as a name, never run as SQL', () => {
  const url = `postgresql://u:p@h/d?schema=${encodeURIComponent('a"; DROP TABLE orders; --')}`;
  expect(sessionSettings(url, commandLimits).split('\n')[0]).toBe(
    'SET search_path = "a""; DROP TABLE orders; --", pg_temp;',
  );
});

test('docs/operations.md lists exactly the settings that a role needs behind a pooler', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const documented = [...page.matchAll(/^ALTER ROLE once SET (\w+) = '(.*)';$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(documented).toEqual([
    ...Object.entries(settings),
    ['statement_timeout', '15s'],
    ['idle_in_transaction_session_timeout', '15s'],
  ]);
});
