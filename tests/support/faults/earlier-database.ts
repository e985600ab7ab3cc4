import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openClient } from '#lib/platform/database/db-session.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';

const folder = path.resolve(import.meta.dirname, '..', '..', '..', 'prisma', 'migrations');

const sqlOf = (migration: string) => readFileSync(path.join(folder, migration, 'migration.sql'), 'utf8');

/** A database in its state before a migration, which `migrate` then applies. */
export async function openDatabaseBefore(migration: string) {
  const database = await createTestDatabase();
  const client = await openClient({ connectionString: database.connectionString });
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const earlier = readdirSync(folder).filter((name) => name < migration && name.startsWith('0'));
  for (const name of earlier.toSorted()) await client.query(sqlOf(name));
  return {
    client,
    migrate: () => client.query(sqlOf(migration)),
    async close() {
      await client.end();
      await database.drop();
    },
  };
}
