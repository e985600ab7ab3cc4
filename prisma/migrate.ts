import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { jobNames } from '#lib/jobs/jobs.ts';
import { queueSql } from '#lib/jobs/queue-tables.ts';
import { commandLimits, openClient, schemaOf, sessionSettings } from '#lib/platform/database/db-session.ts';
import {
  isLockMissing,
  type LockTries,
  type Patience,
  tryForLocks,
  usualPatience,
} from '#prisma/try-for-locks.ts';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';

/**
 * Applies the hand-written SQL of ./migrations. Prisma's own `migrate deploy` needs a downloaded engine, does
 * not split our statement lists reliably, and runs them outside a transaction. This runner needs only the
 * driver. It keeps Prisma's table, checksums and lock, so that either tool can continue after the other. The
 * job queue's tables belong to graphile-worker: its migrations run after ours, in a schema of their own.
 */

const migrationsFolder = path.join(import.meta.dirname, 'migrations');
/**
 * The advisory lock that Prisma also takes, so that two concurrent deployments migrate one after the other.
 */
const migrationLock = 72_707_369;

const createTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  varchar(36) PRIMARY KEY,
    checksum            varchar(64) NOT NULL,
    finished_at         timestamptz,
    migration_name      varchar(255) NOT NULL,
    logs                text,
    rolled_back_at      timestamptz,
    started_at          timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/** Discards graphile-worker's messages about each step. It throws its errors. */
const quiet = new Logger(() => () => undefined);

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, in hex, as Prisma computes it. */
  checksum: string;
}

interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(path.join(migrationsFolder, name, 'migration.sql'));
      return {
        name,
        sql: bytes.toString('utf8'),
        checksum: createHash('sha256').update(bytes).digest('hex'),
      };
    }),
  );
}

/** Returns how the applied migrations and the files disagree; empty when they agree. */
export function findConflicts(applied: AppliedRow[], files: Migration[]): string[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const known = new Set(applied.map((row) => row.migration_name));
  const newest = applied
    .map((row) => row.migration_name)
    .sort()
    .at(-1);
  const conflicts = applied.flatMap((row) => {
    const file = byName.get(row.migration_name);
    if (!row.finished_at) {
      return `${row.migration_name} was begun by another tool and never finished: repair the database, then mark it with "prisma migrate resolve"`;
    }
    if (!file) return `${row.migration_name} was applied to this database, but its file is missing here`;
    if (file.checksum !== row.checksum) {
      return `${row.migration_name} was changed after it was applied: put the file back and write a new migration`;
    }
    return [];
  });
  const late = files.filter((file) => !known.has(file.name) && newest !== undefined && file.name < newest);
  return [
    ...conflicts,
    ...late.map((file) => `${file.name} is new but sorts before ${newest}: give it a later number`),
  ];
}

/** In one transaction, which may fail for a lock and be tried again. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    // Without parameters the driver uses the simple protocol, so the server itself splits the file.
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    // `LockTries` decides about it.
    if (isLockMissing(error)) throw error;
    const { message, position } = error as { message: string; position?: string };
    const line = position ? `, line ${migration.sql.slice(0, Number(position)).split('\n').length}` : '';
    throw new Advice(`${migration.name}/migration.sql${line}: ${message}. Nothing of it was kept.`, {
      cause: error,
    });
  }
}

/**
 * Applies all pending migrations and returns their names. Each migration is one transaction. Throws, without
 * changing anything, when history and files disagree. No statement waits long for a lock (try-for-locks.ts), so
 * the shop goes on beside a migration that does.
 */
export async function migrate(
  connectionString: string,
  log: (line: string) => void,
  patience: Patience = usualPatience,
): Promise<string[]> {
  const client = await openQuietly(connectionString);
  const watcher = await openQuietly(connectionString).catch(async (error: unknown) => {
    await client.end();
    throw error;
  });
  const tries = tryForLocks(watcher, patience, log);
  try {
    await tries.prepare(client);
    await tries.run('The deployment', () => client.query('SELECT pg_advisory_lock($1)', [migrationLock]), 0);
    await client.query('SET client_min_messages = warning');
    const { rows } = await tries.run('The list of migrations', async () => {
      await createSchema(client, schemaOf(connectionString));
      await client.query(createTable);
      return client.query<AppliedRow>(
        'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
      );
    });
    const files = await readMigrations();
    const conflicts = findConflicts(rows, files);
    if (conflicts.length > 0)
      throw new Advice(`The migrations do not fit this database:\n  ${conflicts.join('\n  ')}`);

    const applied = new Set(rows.map((row) => row.migration_name));
    const pending = files.filter((file) => !applied.has(file.name));
    for (const migration of pending) {
      await tries.run(migration.name, () => apply(client, migration));
      log(`applied ${migration.name}`);
    }
    await tries.run('The job queue', () => migrateQueue(connectionString, tries));
    await tries.run('The job queue', () => client.query(queueSql.registerTasks, [jobNames]));
    return pending.map((migration) => migration.name);
  } finally {
    await tries.end();
    // The lock belongs to the session, so this releases it.
    await Promise.all([client.end(), watcher.end()]);
  }
}

/** A lost connection fails the statement that uses it, so its event needs no handling. */
async function openQuietly(connectionString: string): Promise<pg.Client> {
  const client = await openClient({ connectionString, application_name: 'once-migrate' });
  client.on('error', () => undefined);
  return client;
}

/** Creates the schema that the address names, if it is new. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`);
}

/** Each of its migrations is one transaction, and those that were applied are not repeated. */
async function migrateQueue(connectionString: string, tries: LockTries): Promise<void> {
  const pgPool = new pg.Pool({
    connectionString,
    application_name: 'once-migrate',
    max: 2,
    onConnect: async (client) => {
      await client.query(sessionSettings(connectionString, commandLimits));
      await tries.prepare(client);
    },
  });
  // A broken connection fails the statement that uses it, so the event needs no handling.
  const broken = () => undefined;
  pgPool.on('error', broken);
  pgPool.on('connect', (client) => client.on('error', broken));
  await runMigrations({ pgPool, logger: quiet }).finally(() => pgPool.end());
}

async function main(): Promise<void> {
  orUsage(usageOf(import.meta.filename), () => parseArgs({}));
  const url = process.env.DATABASE_URL;
  if (!url) throw new Advice('DATABASE_URL is missing: type  npm run migrate  to use the embedded database');
  const applied = await migrate(url, console.log);
  if (applied.length === 0) console.log('the database is up to date');
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(wordsFor(error));
    process.exitCode = 1;
  });
}
