import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keepBackups } from '#scripts/backup/keep-backups.ts';
import { openDatabase } from '#scripts/launch/parts/database.ts';
import { prepareDatabase } from '#scripts/launch/parts/prepare-services.ts';
import { Shutdown } from '#scripts/launch/shutdown.ts';
import { backupFolderAt } from '#scripts/services/backup/backup-folder.ts';
import { listBaseBackups } from '#scripts/services/backup/base-backups.ts';
import { runningPostgres } from '#scripts/services/postgres.ts';

/** What `npm start -- --backup-dir` does beside the shop. */

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-start-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const dataDir = path.join(folder, 'data');
const backups = backupFolderAt(path.join(folder, 'backups'));

async function open(variables: Record<string, string>): Promise<Shutdown> {
  const shutdown = new Shutdown();
  await prepareDatabase({ dataDir, variables, shutdown });
  await keepBackups({ dataDir, keptDays: 7, shutdown });
  return shutdown;
}

async function close(shutdown: Shutdown): Promise<void> {
  shutdown.abort(new Error('the test is over'));
  expect(await shutdown.stopAll()).toBe(true);
  expect(await runningPostgres(dataDir)).toBeUndefined();
}

test('a base backup is made beside the open shop', async () => {
  const shutdown = await open({ BACKUP_DIR: backups.path });
  await expect.poll(() => listBaseBackups(backups)).toHaveLength(1);
  await close(shutdown);
});

test('a shop whose archive cannot be written opens, and stops without waiting for it', async () => {
  const [base] = await listBaseBackups(backups);
  await rm(path.join(backups.bases, base?.name ?? ''), { recursive: true });
  await chmod(backups.wal, 0o500);
  const shutdown = await open({});
  const began = performance.now();
  await close(shutdown);
  // The end of a base backup would wait for five minutes.
  expect(performance.now() - began).toBeLessThan(60_000);
  await chmod(backups.wal, 0o700);
  expect(await listBaseBackups(backups)).toEqual([]);
});

test('a backup folder for a database of your own is refused before anything is opened', async () => {
  const variables = { BACKUP_DIR: backups.path, DATABASE_URL: 'postgresql://127.0.0.1:1/shop' };
  await expect(openDatabase(variables, dataDir, () => undefined)).rejects.toThrow(
    /is for the embedded database, and DATABASE_URL names another/,
  );
});
