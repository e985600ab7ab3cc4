import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { restore } from '#scripts/restore/restore.ts';
import type { BackupFolder } from '#scripts/services/backup/backup-folder.ts';
import { listArchived } from '#scripts/services/backup/base-backups.ts';
import { type Moment, parseMoment } from '#scripts/services/backup/moment.ts';
import { takeBaseBackup } from '#scripts/services/backup/take-backup.ts';
import { startPostgres } from '#scripts/services/postgres.ts';
import { openArchivedDatabase } from '#tests/recovery/archived-database.ts';

/** What can't be restored is refused with what can, and a restore that fails leaves the database as it was. */

const database = await openArchivedDatabase();
const { dataDir, backupDir } = database;
const postgres = path.join(dataDir, 'postgres');
const log = () => undefined;

let folder: BackupFolder;
/** Between the rows 1 and 2, and after both. */
let between: Moment;
let afterBoth: Moment;

const write = (n: number) => database.query(`INSERT INTO written VALUES (${n})`);
const written = async () =>
  (await database.query<{ n: number }>('SELECT n FROM written ORDER BY n')).map(({ n }) => n);
const refusal = (to: Moment | 'latest'): Promise<string> =>
  restore({ dataDir, to, log }).then(
    () => 'restored',
    (error: Error) => error.message,
  );
const momentAt = (time: Date | string): Moment => {
  const moment = parseMoment(typeof time === 'string' ? time : time.toISOString());
  if (!moment) throw new Error(`no moment: ${time}`);
  return moment;
};
/** The database that was there is there, with everything in it, and no part of a restore. */
async function expectUntouched(): Promise<void> {
  expect((await readdir(postgres)).filter((name) => name.startsWith('data'))).toEqual(['data']);
  await database.start();
  expect(await written()).toEqual([1, 2]);
  await database.stop();
}

beforeAll(async () => {
  await database.query('CREATE TABLE written (n int)');
  const archived = await database.archived();
  folder = archived.folder;
  await takeBaseBackup(archived);
  await write(1);
  between = await database.now();
  await write(2);
  afterBoth = await database.now();
  await database.stop();
});

test('a moment before the first backup is refused with the first one that can be restored', async () => {
  const said = await refusal(momentAt('2026-01-01T00:00:00Z'));
  expect(said).toMatch(
    /no base backup from before 2026-01-01[\s\S]* first moment that can be restored is 20\S+Z/,
  );
  await expectUntouched();
});

test('a moment in the future is refused', async () => {
  expect(await refusal(momentAt(new Date(Date.now() + 60_000)))).toContain(
    'is in the future. Nothing was changed',
  );
});

test('a moment after the last transaction of the archive is refused with that one, which can be restored', async () => {
  const said = await refusal(afterBoth);
  expect(said).toMatch(/does not reach 20\S+Z\. Its last transaction is of 20\S+Z\. Nothing was changed/);
  await expectUntouched();
  const last = momentAt(/transaction is of (\S+Z)\./.exec(said)?.[1] ?? '');
  expect(last.text > between.text && last.text < afterBoth.text).toBe(true);
});

test('a missing segment, and a damaged one, are no end of the archive', async () => {
  const segments = (await listArchived(folder)).filter((name) => /^[0-9A-F]{24}$/.test(name)).sort();
  const last = path.join(folder.wal, `${segments.at(-1)}.gz`);
  const before = path.join(folder.wal, `${segments.at(-2)}.gz`);
  await rename(before, `${before}.away`);
  expect(await refusal('latest')).toMatch(/The archive lacks the segment [0-9A-F]{16}, and has later ones/);
  await rename(`${before}.away`, before);
  await rename(last, `${last}.away`);
  await writeFile(last, 'no gzip');
  expect(await refusal('latest')).toContain('A segment of the archive is damaged. Nothing was changed');
  await rename(`${last}.away`, last);
  await expectUntouched();
});

test('a database that was started without its archive is not continued over the gap', async () => {
  const [archive, data] = [await readdir(folder.wal), path.join(postgres, 'data')];
  spawnSync('cp', ['-Rp', data, `${data}-copy`]);
  await database.start({ backupDir: 'none' });
  await write(3);
  await database.stop();
  const said = await restore({ dataDir, backupDir, to: 'latest', log }).catch(
    (error: Error) => error.message,
  );
  expect(said).toContain('the database ran without its archive');
  expect(await readdir(folder.wal)).toEqual(archive);
  await rm(data, { recursive: true });
  await rename(`${data}-copy`, data);
  await database.start({ backupDir });
  await database.stop();
});

test('a restore that was killed between its renames lets no empty shop start', async () => {
  const data = path.join(postgres, 'data');
  await rename(data, `${data}.before-2026-12-01T10-00-00-000Z`);
  await expect(database.start()).rejects.toThrow(/a restore did not finish[\s\S]*Rename/);
  expect(await refusal('latest')).toContain('a restore did not finish');
  await rename(`${data}.before-2026-12-01T10-00-00-000Z`, data);
});

test('on another machine the backups are enough', async () => {
  const other = path.join(path.dirname(dataDir), 'other machine');
  await mkdir(other);
  const { keptAs, lastTransaction } = await restore({ dataDir: other, backupDir, to: between, log });
  expect(keptAs).toBeUndefined();
  expect(lastTransaction && lastTransaction < between.text).toBe(true);
  // Two databases must not archive to one folder.
  const server = await startPostgres({ dataDir: other, backupDir: 'none', log });
  const client = await openClient({ connectionString: server.connectionString });
  const { rows } = await client.query('SELECT n FROM written').finally(() => client.end());
  await server.stop();
  expect(rows).toEqual([{ n: 1 }]);
});

test('the commands say what they need and end with 1', async () => {
  const run = (script: string, ...args: string[]) => {
    const env = { ...process.env, DATABASE_URL: '', DATA_DIR: dataDir };
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}/run.ts`, ...args], {
      env,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  expect(run('backup', 'list')).toEqual({
    status: 0,
    said: expect.stringMatching(/timeline 1 [\s\S]*Every moment from 20\S+Z on can be restored/),
  });
  expect(run('backup', 'remove')).toMatchObject({
    status: 1,
    said: expect.stringContaining("argument 'remove'"),
  });
  expect(run('restore')).toMatchObject({ status: 1, said: expect.stringContaining('--to is missing') });
  expect(run('restore', '--to', 'yesterday')).toMatchObject({
    status: 1,
    said: expect.stringMatching(/cannot be "yesterday": name a moment with its time zone/),
  });
  expect(run('restore', '--to', between.text)).toMatchObject({
    status: 0,
    said: expect.stringMatching(/Its last transaction: 20[\s\S]*npm run reconcile -- --repair/),
  });
  await database.start();
  expect(await written()).toEqual([1]);
});
