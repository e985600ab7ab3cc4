import { afterAll } from 'vitest';
import { closeDb } from '#lib/platform/database/db.ts';
import { seed } from '#prisma/seed.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';
import { useTestEnv } from '#tests/support/services/env.ts';

/**
 * Opens a shop with that many products and no Redis. It closes at the end of the file. Call it once, at the
 * top.
 */
export async function openCatalogue(products: number): Promise<void> {
  const { connectionString, drop } = await createTestDatabase();
  useTestEnv({ DATABASE_URL: connectionString });
  afterAll(async () => {
    await closeDb();
    await drop();
  });
  await seed({ connectionString, products, log: () => undefined });
}
