import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, inject } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';

/** The database of one test file, with every migration applied and no rows. */
export interface TestDatabase {
  connectionString: string;
  /** Ends every session on it and drops it. */
  drop(): Promise<void>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database on the test server that accepts CREATE DATABASE. */
    adminUrl: string;
    templateDatabase: string;
  }
}

/** Tests create and drop databases, so they refuse any server that isn't local. */
function refuseRemote(connectionString: string): void {
  const { hostname } = new URL(connectionString);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new Error(`tests run against a database on this machine only, and ${hostname} is another`);
  }
}

async function administer(statement: string): Promise<void> {
  const adminUrl = inject('adminUrl');
  refuseRemote(adminUrl);
  const client = await openClient({ connectionString: adminUrl });
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Clones the migrated template, which takes a fraction of a second. Drop the clone in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`);
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  return {
    connectionString: url.href,
    drop: () => dropDatabase(name),
  };
}

/** Such a database for the whole test file, with a connection to it. Call it once, at the top. */
export async function openTestDatabase(): Promise<{ client: pg.Client; connectionString: string }> {
  const { connectionString, drop } = await createTestDatabase();
  afterAll(drop);
  const client = await openClient({ connectionString });
  // Runs before the drop: vitest calls the last hook first.
  afterAll(() => client.end());
  return { client, connectionString };
}

/**
 * Ends every session of the shop on a database of `createTestDatabase`, and refuses new ones until
 * `giveBack`. Autovacuum's sessions stay: we may not end them, and they are not the shop's.
 */
export async function takeAway(connectionString: string): Promise<{ giveBack: () => Promise<void> }> {
  const name = new URL(connectionString).pathname.slice(1);
  await administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await administer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend'`,
  );
  return { giveBack: () => administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`) };
}

/**
 * How often a drop is tried. It may not end an autovacuum that runs in the database, so it waits and retries.
 */
const dropTries = 20;
const dropPauseMs = 250;
const insufficientPrivilege = '42501';

async function dropDatabase(name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    } catch (error) {
      if ((error as { code?: string }).code !== insufficientPrivilege || tries === dropTries) throw error;
      await sleep(dropPauseMs);
    }
  }
}
