import { inject } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';

/** Copies a test database as it is now, and later replaces the database with the copy. */
export interface Backup {
  /** Ends every session, drops the current database, and gives its name to the copy. */
  restore: () => Promise<void>;
}

/**
 * A backup by the server itself: a file-level copy, like a physical backup. The copy and the restore each end
 * all sessions, as happens when a server is replaced.
 */
export async function backUp(connectionString: string): Promise<Backup> {
  const name = new URL(connectionString).pathname.slice(1);
  const copy = `${name}_backup`;
  await administer([...closing(name), `CREATE DATABASE ${copy} TEMPLATE ${name}`, opening(name)]);
  return {
    restore: () =>
      administer([
        ...closing(name),
        `DROP DATABASE ${name}`,
        `ALTER DATABASE ${copy} RENAME TO ${name}`,
        opening(name),
      ]),
  };
}

const opening = (name: string) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`;

const closing = (name: string) => [
  `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
  `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
   WHERE datname = '${name}' AND backend_type = 'client backend'`,
];

async function administer(statements: string[]): Promise<void> {
  const client = await openClient({ connectionString: inject('adminUrl') });
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
