import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { type Moment, parseMoment } from '#scripts/services/backup/moment.ts';
import { type Archived, runningWithBackups } from '#scripts/services/backup/running.ts';
import { type PostgresServer, startPostgres } from '#scripts/services/postgres.ts';
import { isAlive, waitForExit } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** An embedded database of one test file, which archives its WAL into a folder of its own. */
export interface ArchivedDatabase {
  dataDir: string;
  backupDir: string;
  start(wanted?: { backupDir?: string }): Promise<PostgresServer>;
  stop(): Promise<void>;
  /** Sends kill -9 and waits until the server is gone. */
  kill(): Promise<void>;
  query<Row>(statement: string): Promise<Row[]>;
  /** The moment now by its clock. What is committed later is not part of it. */
  now(): Promise<Moment>;
  archived(): Promise<Archived>;
}

/** Starts it, and ends it with the file. The folders' names have characters that a shell would interpret. */
export async function openArchivedDatabase(): Promise<ArchivedDatabase> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-backups-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const dataDir = path.join(folder, 'data');
  const backupDir = path.join(folder, "the shop's 100 %p");
  let server: PostgresServer | undefined;
  let guard: { dismiss: () => void } | undefined;
  const running = () => {
    if (!server) throw new Error('the database does not run');
    return server;
  };
  const database: ArchivedDatabase = {
    dataDir,
    backupDir,
    async start(wanted = {}) {
      server = await startPostgres({ dataDir, ...wanted, log: () => undefined });
      guard?.dismiss();
      guard = watchdog('kill -QUIT "$1"', [String(server.pid)]);
      return server;
    },
    async stop() {
      if (server && isAlive(server.pid)) await server.stop();
      guard?.dismiss();
      server = undefined;
    },
    async kill() {
      const { pid } = running();
      process.kill(pid, 'SIGKILL');
      await waitForExit(pid, 10_000);
      guard?.dismiss();
      server = undefined;
    },
    async query<Row>(statement: string) {
      const client = await openClient({ connectionString: running().connectionString });
      return client.query(statement).then(
        ({ rows }) => client.end().then(() => rows as Row[]),
        (error) => client.end().then(() => Promise.reject(error)),
      );
    },
    async now() {
      const [row] = await database.query<{ text: string }>(
        `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS text`,
      );
      const moment = parseMoment(row?.text ?? '');
      if (!moment) throw new Error(`no moment: ${row?.text}`);
      return moment;
    },
    async archived() {
      const archived = await runningWithBackups(dataDir);
      if (!archived) throw new Error('the database archives nothing');
      return archived;
    },
  };
  afterAll(() => database.stop());
  await database.start({ backupDir });
  return database;
}
