import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openClient } from '#lib/platform/database/db-session.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';

const folder = path.resolve(import.meta.dirname, '..', '..', '..', 'prisma', 'migrations');

const sqlOf = (migration: string) => readFileSync(path.join(folder, migration, 'migration.sql'), 'utf8');

/**
 * A database in its state before a migration, which `migrate` then applies. Its list of migrations ends before it,
 * too, so that the runner can apply it and those after it.
 */
export async function openDatabaseBefore(migration: string) {
  const database = await createTestDatabase();
  const client = await openClient({ connectionString: database.connectionString });
  await client.query('CREATE TEMP TABLE applied (LIKE _prisma_migrations INCLUDING ALL)');
  await client.query('INSERT INTO applied SELECT * FROM _prisma_migrations');
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const earlier = readdirSync(folder).filter((name) => name < migration && name.startsWith('0'));
  for (const name of earlier.toSorted()) await client.query(sqlOf(name));
  await client.query('CREATE TABLE _prisma_migrations (LIKE applied INCLUDING ALL)');
  await client.query('INSERT INTO _prisma_migrations SELECT * FROM applied WHERE migration_name < $1', [
    migration,
  ]);
  return {
    client,
    connectionString: database.connectionString,
    migrate: () => client.query(sqlOf(migration)),
    async close() {
      await client.end();
      await database.drop();
    },
  };
}
