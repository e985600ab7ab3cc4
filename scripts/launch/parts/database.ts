import pg from 'pg';
import { Advice } from '#scripts/advice.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { type PostgresServer, startPostgres } from '#scripts/services/postgres.ts';

export interface Database {
  url: string;
  /** Describes the database for a person, without the password. */
  description: string;
  /** Set when this process must stop the database. */
  server?: PostgresServer;
}

const withoutPassword = (url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port ? `:${port}` : ''}${pathname}`;
};

async function requireAnswer(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    throw new Advice(
      `The database at ${withoutPassword(url)} cannot be used: ${message || code}\nCheck the address in DATABASE_URL or --database-url, and that the server runs.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Opens the database of `DATABASE_URL`, or else the embedded one, started or taken over. */
export async function openDatabase(
  variables: Variables,
  dataDir: string,
  note: (line: string) => void,
): Promise<Database> {
  const url = variables.DATABASE_URL;
  if (url) {
    if (variables.BACKUP_DIR) {
      throw new Advice(
        'BACKUP_DIR (--backup-dir) is for the embedded database, and DATABASE_URL names another. Its own server, ' +
          'or its provider, makes its backups: "Backups" in docs/operations.md. Set one of the two.',
      );
    }
    await requireAnswer(url);
    return { url, description: `PostgreSQL at ${withoutPassword(url)}` };
  }
  const server = await startPostgres({ dataDir, backupDir: variables.BACKUP_DIR, log: note });
  const how = server.takenOver ? 'taken over from an earlier start' : 'embedded';
  return {
    url: server.connectionString,
    description: `PostgreSQL 18 on 127.0.0.1:${server.port}, ${how}`,
    server,
  };
}
