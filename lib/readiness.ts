import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { db } from '#lib/db.ts';
import { isDatabaseAway } from '#lib/db-errors.ts';
import { logger } from '#lib/logger.ts';
import { pingRedis, redisRefusal, redisState } from '#lib/redis.ts';

export const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    reason: z.string().optional(),
    database: z.enum(['up', 'down', 'not_migrated']),
    redis: z.enum(['up', 'degraded', 'off']),
  })
  .meta({ id: 'Readiness' });

type Readiness = z.output<typeof readinessSchema>;

/**
 * Whether this process can take orders. Without its database it can't; without Redis it can, only
 * dearer, so that is `degraded`.
 */
export async function checkReadiness(): Promise<Readiness> {
  const [database] = await Promise.all([checkDatabase(), pingRedis()]);
  const redis = redisState();
  if (database.state !== 'up') {
    return { status: 'unavailable', reason: database.reason, database: database.state, redis };
  }
  if (redis === 'degraded') {
    const refusal = redisRefusal();
    const trouble = refusal ? `Redis refuses this shop (${refusal})` : 'Redis does not answer';
    return {
      status: 'degraded',
      reason: `${trouble}; orders go on without it`,
      database: 'up',
      redis,
    };
  }
  return { status: 'ready', database: 'up', redis };
}

/** Whether the database answers and has every migration, with the reason when not. */
export async function checkDatabase(): Promise<{ state: Readiness['database']; reason?: string }> {
  try {
    const missing = await missingMigrations();
    if (missing.length === 0) return { state: 'up' };
    return {
      state: 'not_migrated',
      reason: `migrations are missing: ${missing.join(', ')}; run npm run migrate`,
    };
  } catch (error) {
    // 42P01 is "no such table": a database that was never migrated has no list of migrations.
    if (String((error as Error).message).includes('42P01')) {
      return { state: 'not_migrated', reason: 'the database is empty; run npm run migrate' };
    }
    logger().warn({ err: error }, 'not ready: database');
    return {
      state: 'down',
      reason: isDatabaseAway(error) ? 'the database cannot be reached' : 'the database refuses to answer',
    };
  }
}

async function missingMigrations(): Promise<string[]> {
  const [folders, rows, [queue]] = await Promise.all([
    readdir(join(process.cwd(), 'prisma', 'migrations'), { withFileTypes: true }),
    db().$queryRaw<{ name: string }[]>`
      SELECT migration_name AS name FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    db().$queryRaw<{ there: boolean }[]>`
      SELECT to_regclass('graphile_worker.migrations') IS NOT NULL AS there`,
  ]);
  const applied = new Set(rows.map(({ name }) => name));
  const missing = folders.filter((entry) => entry.isDirectory() && !applied.has(entry.name));
  return [...missing.map(({ name }) => name), ...(queue?.there ? [] : ['the job queue'])];
}
