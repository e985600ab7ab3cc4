import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { db } from '#lib/platform/database/db.ts';
import { hasCode, isDatabaseAway, isLoginRefused } from '#lib/platform/database/db-errors.ts';
import { schemaOf, settings } from '#lib/platform/database/db-session.ts';
import { probeWrite } from '#lib/platform/database/write-probe.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { pingRedis, redisRefusal, redisState } from '#lib/platform/redis/redis.ts';

export const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    reason: z.string().optional(),
    database: z.enum(['up', 'down', 'not_migrated', 'not_writable']),
    redis: z.enum(['up', 'degraded', 'off']),
  })
  .meta({ id: 'Readiness' });

type Readiness = z.output<typeof readinessSchema>;

/**
 * Whether this process can take orders. It can't without its database. Without Redis it can, at a higher
 * cost, so that is `degraded`.
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

interface DatabaseCheck {
  state: Readiness['database'];
  reason?: string;
}

/** Whether the database answers, has every migration and can be written. If not, gives the reason. */
export async function checkDatabase(): Promise<DatabaseCheck> {
  const read = await checkReads();
  return read.state === 'up' ? checkWrites() : read;
}

async function checkWrites(): Promise<DatabaseCheck> {
  try {
    await probeWrite();
    return { state: 'up' };
  } catch (error) {
    logger().warn({ err: error }, 'not ready: the database cannot be written');
    const why = writeProblems.find(([code]) => hasCode(error, code))?.[1] ?? 'the database cannot be written';
    return { state: 'not_writable', reason: `${why}; it can still be read` };
  }
}

const writeProblems: [sqlState: RegExp, reason: string][] = [
  [/^53100$/, 'the database has no disk space left'],
  [/^25006$/, 'the database is read-only, as a replica is'],
];

async function checkReads(): Promise<DatabaseCheck> {
  try {
    const lost = await lostSettings();
    if (lost.length > 0) {
      const reason = `a pooler does not keep the settings of the shop's sessions (${lost.join(', ')}): see "Connections" in docs/operations.md`;
      logger().warn({ reason }, 'not ready: database');
      return { state: 'down', reason };
    }
    const missing = await missingMigrations();
    if (missing.length === 0) return { state: 'up' };
    return {
      state: 'not_migrated',
      reason: `migrations are missing: ${missing.join(', ')}; run npm run migrate`,
    };
  } catch (error) {
    // 42P01 is "undefined table": a database that was never migrated has no table of migrations.
    if (hasCode(error, /^42P01$/)) {
      return { state: 'not_migrated', reason: 'the database is empty; run npm run migrate' };
    }
    logger().warn({ err: error }, 'not ready: database');
    return { state: 'down', reason: reasonFor(error) };
  }
}

function reasonFor(error: unknown): string {
  if (isLoginRefused(error)) return 'the database refuses the user or the password of DATABASE_URL';
  return isDatabaseAway(error) ? 'the database cannot be reached' : 'the database refuses to answer';
}

/** Settings that the connection has set but its session lacks: a pooler has assigned it another session. */
async function lostSettings(): Promise<string[]> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    SELECT name FROM json_each_text(${JSON.stringify(settings)}::json) AS wanted (name, value)
    WHERE current_setting(name) <> value
    UNION ALL
    SELECT 'search_path' WHERE current_schema() IS DISTINCT FROM ${schemaOf(env().DATABASE_URL)}`;
  return rows.map(({ name }) => name);
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
