import { expect, test } from 'vitest';
import { rulesQuery } from '#lib/pricing/read-rules.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';
import { openTestDatabase } from '#tests/support/services/database.ts';

const { client } = await openTestDatabase();

async function rulesNow(): Promise<PricingRules> {
  const { rows } = await client.query<{ rules: string }>(rulesQuery.sql);
  return JSON.parse(rows[0]?.rules ?? '') as PricingRules;
}

test('the migration alone makes a shop that can price an order', async () => {
  // A migration that changes a rule makes a new version, as an owner's change does.
  expect(await rulesNow()).toEqual({ ...firstRules, version: expect.any(Number) });
});

test.each([
  "INSERT INTO shipping_zone (id) VALUES ('near')",
  "UPDATE country SET name = 'USA' WHERE code = 'US'",
  "DELETE FROM tax_rate WHERE country = 'FR'",
  "UPDATE shipping_method SET label = 'Slow' WHERE id = 'standard'",
  "UPDATE shipping_rate SET price_minor = 599 WHERE zone = 'domestic' AND method = 'standard'",
  "UPDATE shop SET home_country = 'DE'",
  'TRUNCATE tax_rate',
  // As an owner's own client may be set.
  "SET LOCAL search_path = pg_catalog; UPDATE public.shop SET home_country = 'DE'",
])('%s makes a new version, and its rollback does not', async (statement) => {
  const { version } = await rulesNow();
  const before = Date.now() - 1_000;
  await client.query('BEGIN');
  await client.query(statement);
  const { rows } = await client.query('SELECT version::float8 FROM public.pricing_version');
  // No later change gets the number of this one, even in a database that was restored without it.
  expect(rows[0].version).toBeGreaterThanOrEqual(Math.max(version + 1, before * 1000));
  await client.query('ROLLBACK');
  expect((await rulesNow()).version).toBe(version);
});

test.each([
  ['a price below zero', "UPDATE shipping_rate SET price_minor = -1 WHERE zone = 'abroad'", '23514'],
  ['a tax above the price', 'UPDATE tax_rate SET basis_points = 10001', '23514'],
  ['a second tax of a country', "INSERT INTO tax_rate (country, basis_points) VALUES ('FR', 1)", '23505'],
  ['a country in no zone', "INSERT INTO country VALUES ('BR', 'Brazil', 'nowhere')", '23503'],
  ['a code that no address has', "INSERT INTO country VALUES ('bra', 'Brazil', 'abroad')", '23514'],
  [
    'a second currency of the shop',
    "INSERT INTO shop (currency, home_country) VALUES ('EUR', 'DE')",
    '23505',
  ],
  ['a second version', 'INSERT INTO pricing_version (version) VALUES (2)', '23505'],
])('%s is refused', async (_, statement, code) => {
  await expect(client.query(statement)).rejects.toMatchObject({ code });
});
