import { afterAll, expect, test } from 'vitest';
import { closeDb } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { checkDatabase } from '#lib/platform/readiness.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';
import { useTestEnv } from '#tests/support/services/env.ts';

const database = await createTestDatabase();
afterAll(async () => {
  await closeDb();
  await database.drop();
});
const client = await openClient({ connectionString: database.connectionString });
await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public').finally(() => client.end());
useTestEnv({ DATABASE_URL: database.connectionString, REDIS_URL: 'memory:' });

test('on a database that was never migrated the shop is not ready, and names the command', async () => {
  expect(await checkDatabase()).toEqual({
    state: 'not_migrated',
    reason: 'the database is empty; run npm run migrate',
  });
});
