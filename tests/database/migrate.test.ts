import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { findDrift } from '#prisma/drift.ts';
import { migrate } from '#prisma/migrate.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/services/database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await createTestDatabase();
  client = await openClient({ connectionString: database.connectionString });
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const migrateAgain = () => migrate(database.connectionString, () => undefined);

test('a migrated database is left as it is', async () => {
  expect(await migrateAgain()).toEqual([]);
});

test('a migration whose file changed after it was applied is refused', async () => {
  await client.query(`UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name = '0001_shop'`);
  await expect(migrateAgain()).rejects.toThrow('0001_shop was changed');
});

test('a migration whose file is gone is refused', async () => {
  await client.query(
    `UPDATE _prisma_migrations SET migration_name = '0000_gone' WHERE migration_name = '0001_shop'`,
  );
  await expect(migrateAgain()).rejects.toThrow('0000_gone was applied');
});

test('a migration that fails writes nothing', async () => {
  // The first migration creates several tables before it conflicts with this one.
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE stock (sku text)');
  await expect(migrateAgain()).rejects.toThrow('0001_shop/migration.sql: relation "stock" already exists');
  const { rows } = await client.query(
    `SELECT to_regclass('product') AS product, count(*)::int AS applied FROM _prisma_migrations`,
  );
  expect(rows).toEqual([{ product: null, applied: 0 }]);
});

test('two deployments at the same time apply every migration once', async () => {
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const results = await Promise.all([migrateAgain(), migrateAgain()]);
  expect(results.map((applied) => applied.length > 0).sort()).toEqual([false, true]);
  expect(await findDrift(client)).toEqual([]);
});
