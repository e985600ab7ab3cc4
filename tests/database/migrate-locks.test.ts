import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { migrate } from '#prisma/migrate.ts';
import type { Patience } from '#prisma/try-for-locks.ts';
import { openDatabaseBefore } from '#tests/support/faults/earlier-database.ts';

/** Migrations beside a session that keeps a table locked, such as a dump or a report. */

/** Adds columns to `product` and `variant`. */
const migration = '0018_variant_pictures';

async function openLocked() {
  const database = await openDatabaseBefore(migration);
  onTestFinished(database.close);
  const open = async (name: string): Promise<pg.Client> => {
    const { connectionString } = database;
    const client = await openClient({ connectionString, application_name: name });
    onTestFinished(() => client.end());
    return client;
  };
  const report = await open('a-long-report');
  await report.query('BEGIN');
  // As a dump does it: a lock that stops no one but a migration.
  await report.query('SELECT count(*) FROM variant');
  const { rows: sessions } = await report.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = sessions[0]?.pid;
  const lines: string[] = [];
  const columns = async () => {
    const { rows: found } = await database.client.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.columns
       WHERE table_schema = 'public' AND (table_name, column_name) IN (('product', 'option_name'), ('variant', 'swatch'))
       ORDER BY 1`,
    );
    return found.map(({ table_name }) => table_name);
  };
  return {
    report,
    pid,
    lines,
    columns,
    reader: await open('a-shopper'),
    client: database.client,
    migrate: (patience?: Patience) =>
      migrate(database.connectionString, (line) => lines.push(line), patience),
  };
}

test('while a migration waits for a lock, readers go on, and it succeeds once the lock is free', async () => {
  // What broke: it waited for two minutes in one piece, and every reader of the table queued behind it.
  const { report, pid, lines, columns, reader, migrate: start } = await openLocked();
  const migrating = start();
  await expect.poll(() => lines.join('\n')).toContain(`${migration} waits for a lock`);
  expect(lines.join('\n')).toMatch(
    new RegExp(`a lock on \\w+, which session ${pid} \\(a-long-report, .*\\) has`),
  );
  // Longer than a try and a pause.
  let slowestMs = 0;
  for (const until = performance.now() + 7_000; performance.now() < until; await sleep(20)) {
    const began = performance.now();
    await reader.query('SELECT count(*) FROM variant');
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  // A try of 1.5 s, and a busy machine.
  expect(slowestMs).toBeLessThan(3_000);
  expect(await columns()).toEqual([]);
  await report.query('COMMIT');
  expect(await migrating).toContain(migration);
  expect(await columns()).toEqual(['product', 'variant']);
}, 60_000);

test('a migration that never gets its lock names the session that has it, and changes nothing', async () => {
  const { pid, columns, client, migrate: start } = await openLocked();
  const failing = start({ tryMs: 500, pauseMs: 200, totalMs: 2_000 });
  await expect(failing).rejects.toThrow(
    new RegExp(
      `${migration} did not get its locks in 2 s\\. It waited for a lock on variant, which session ${pid} \\(a-long-report, .*\\) has\\. Nothing of it was kept\\..*SELECT pg_terminate_backend\\(${pid}\\);`,
    ),
  );
  expect(await columns()).toEqual([]);
  const { rows } = await client.query('SELECT FROM _prisma_migrations WHERE migration_name >= $1', [
    migration,
  ]);
  expect(rows).toEqual([]);
  // No session of it is left with a lock.
  const sessionsLeft = async () => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'once-migrate' AND datname = current_database()`,
    );
    return rowCount;
  };
  await expect.poll(sessionsLeft).toBe(0);
}, 60_000);
