import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { backupFolderAt, openBackupFolder } from '#scripts/services/backup/backup-folder.ts';
import { listArchived, listBaseBackups, removeOld } from '#scripts/services/backup/base-backups.ts';
import { takeBackupIfDue, takeBaseBackup } from '#scripts/services/backup/take-backup.ts';
import { openCluster } from '#scripts/services/postgres-cluster.ts';
import { openArchivedDatabase } from '#tests/recovery/archived-database.ts';

/** Base backups and the archive of a real server, and what happens when they can't be written. */

const database = await openArchivedDatabase();
const { dataDir, backupDir } = database;
const scratch = await mkdtemp(path.join(os.tmpdir(), 'once-backup-folders-'));
afterAll(() => rm(scratch, { recursive: true, force: true }));

const cluster = () => openCluster(dataDir, () => undefined);
const names = async () => (await listBaseBackups((await database.archived()).folder)).map(({ name }) => name);

test('a base backup is made when there is none, and not again on the same day', async () => {
  const archived = await database.archived();
  const made = await takeBackupIfDue(archived, archived.archiving);
  expect(made?.bytes).toBeGreaterThan(10_000_000);
  expect(await takeBackupIfDue(archived, archived.archiving)).toBeUndefined();
  expect(await names()).toEqual([made?.name]);
  // Everything that is needed for its restore is archived when it is complete.
  expect(await listArchived(archived.folder)).toContain(made?.startSegment);
});

test('backups are private to the user of the server', async () => {
  const { folder } = await database.archived();
  const inside = await readdir(folder.path, { recursive: true });
  const modes = await Promise.all(['.', ...inside].map((name) => stat(path.join(folder.path, name))));
  expect(modes.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([]);
});

describe('a folder is refused, and left as it is, when it', () => {
  const refusal = async (folder: string, isKnown = false): Promise<string> =>
    openBackupFolder(folder, await cluster(), { isKnown }).then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  test('is inside the data folder, also through a link, or contains it', async () => {
    expect(await refusal(path.join(dataDir, 'backups'))).toContain('is inside the data folder');
    expect(existsSync(path.join(dataDir, 'backups'))).toBe(false);
    const link = path.join(scratch, 'link');
    spawnSync('ln', ['-s', dataDir, link]);
    expect(await refusal(path.join(link, 'backups'))).toContain('is inside the data folder');
    expect(await refusal(path.dirname(dataDir))).toContain('contains the data folder');
  });

  test('is a file, or below one', async () => {
    const file = path.join(scratch, 'file');
    await writeFile(file, 'kept');
    for (const folder of [file, path.join(file, 'backups')])
      expect(await refusal(folder)).toMatch(/cannot be used: (EEXIST|ENOTDIR)[\s\S]*--backup-dir/);
    expect(await readFile(file, 'utf8')).toBe('kept');
  });

  test('holds other files', async () => {
    const folder = path.join(scratch, 'home');
    await mkdir(folder, { mode: 0o755 });
    await writeFile(path.join(folder, 'letter.txt'), '');
    expect(await refusal(folder)).toContain('holds other files (letter.txt)');
    expect(await readdir(folder)).toEqual(['letter.txt']);
  });

  test('has the backups of another database', async () => {
    const folder = path.join(scratch, 'another');
    await mkdir(folder);
    await writeFile(path.join(folder, 'once-backups.json'), '{"systemId":"1"}');
    expect(await refusal(folder)).toContain('has the backups of another database');
  });

  test('had backups and is empty, as without its disk', async () => {
    const folder = path.join(scratch, 'unmounted');
    expect(await refusal(folder, true)).toContain('Is its disk mounted?');
    expect(await readdir(folder)).toEqual([]);
  });

  test('cannot be written by the server', async () => {
    const folder = path.join(scratch, 'readonly');
    expect(await refusal(folder)).toBe('accepted');
    await chmod(path.join(folder, 'wal'), 0o500);
    expect(await refusal(folder)).toContain('PostgreSQL cannot write to');
  });
});

describe('the command that archives a segment', () => {
  const script = path.resolve('scripts/services/backup/archive-wal.sh');
  const bytes = Buffer.from(Array.from({ length: 200_000 }, () => Math.floor(Math.random() * 256)));
  const setUp = async (name: string) => {
    const folder = await mkdtemp(path.join(scratch, `${name}-`));
    const [segment, copy] = [path.join(folder, 'segment'), path.join(folder, 'copy.gz')];
    await writeFile(segment, bytes);
    return { folder, segment, copy };
  };
  const run = (segment: string, copy: string, before = '') =>
    spawnSync('/bin/sh', ['-c', `${before} exec /bin/sh "$0" "$1" "$2"`, script, segment, copy], {
      encoding: 'utf8',
    });

  test('copies it, and succeeds again when the copy is there', async () => {
    const { segment, copy, folder } = await setUp('twice');
    for (let times = 0; times < 2; times += 1) expect(run(segment, copy).status).toBe(0);
    expect(spawnSync('gzip', ['-dc', copy]).stdout.equals(bytes)).toBe(true);
    expect(await readdir(folder)).toEqual(['copy.gz', 'segment']);
  });

  test('refuses to overwrite other bytes', async () => {
    const { segment, copy } = await setUp('other');
    run(segment, copy);
    const before = await readFile(copy);
    await writeFile(segment, 'of another database');
    const { status, stderr } = run(segment, copy);
    expect([status, stderr]).toEqual([1, expect.stringContaining('exists with other bytes')]);
    expect((await readFile(copy)).equals(before)).toBe(true);
  });

  test('fails, and leaves no part of a copy, when the disk takes no more', async () => {
    const { segment, copy, folder } = await setUp('full');
    // No file may become larger than 50 kB, as on a disk with that much room.
    expect(run(segment, copy, 'trap "" XFSZ; ulimit -f 100;').status).not.toBe(0);
    expect(await readdir(folder)).toEqual(['segment']);
  });
});

test('while the archive cannot be written, WAL is kept, a backup is discarded, and both work again afterwards', async () => {
  const archived = await database.archived();
  const { wal } = archived.folder;
  const [before, segments] = [await names(), await listArchived(archived.folder)];
  await chmod(wal, 0o500);
  await database.query('CREATE TABLE kept_in_wal (n int)');
  await expect(takeBaseBackup({ ...archived, archiveWithinMs: 2_500 })).rejects.toThrow(
    /was not archived within 3 s, so the backup was discarded. Earlier backups were kept/,
  );
  expect([await names(), await listArchived(archived.folder)]).toEqual([before, segments]);
  expect(await readdir(archived.folder.bases)).toEqual(before);
  const failures = async () =>
    (await database.query<{ failed: number }>('SELECT failed_count::int AS failed FROM pg_stat_archiver'))[0]
      ?.failed;
  await expect.poll(failures).toBeGreaterThan(0);
  expect(await readFile(path.join(dataDir, 'postgres', 'server.log'), 'utf8')).toContain('Permission denied');
  await chmod(wal, 0o700);
  const made = await takeBaseBackup(archived);
  expect(await names()).toEqual([...before, made.name]);
  const after = await listArchived(archived.folder);
  expect(after).toEqual(expect.arrayContaining([...segments, made.startSegment]));
});

test('kill -9 of the server in the middle of a backup leaves no backup, and the next one is complete', async () => {
  const archived = await database.archived();
  const before = await names();
  const backup = takeBaseBackup(archived);
  const failed = expect(backup).rejects.toThrow();
  const unfinished = async () =>
    (await readdir(archived.folder.bases)).find((name) => name.startsWith('unfinished-'));
  await expect.poll(unfinished, { interval: 5 }).toBeDefined();
  await database.kill();
  await failed;
  expect(await readdir(archived.folder.bases)).toEqual(before);
  await database.start();
  const again = await takeBaseBackup(await database.archived());
  expect(await names()).toEqual([...before, again.name]);
});

test('outdated backups are deleted with their WAL, and the newest one before the limit stays', async () => {
  const { folder } = await database.archived();
  const backups = await listBaseBackups(folder);
  expect(backups.length).toBe(3);
  const dayMs = 24 * 60 * 60 * 1_000;
  const [first, second, third] = backups;
  if (!first || !second || !third) throw new Error('no backups');
  // What a killed backup left.
  await mkdir(path.join(folder.bases, 'unfinished-999999999-killed'));
  // A week after the second one: moments between it and the third can still be restored.
  const now = new Date(second.stoppedAt.getTime() + 7 * dayMs + 1);
  expect((await removeOld(folder, { keptDays: 7, now })).map(({ name }) => name)).toEqual([first.name]);
  expect(await readdir(folder.bases)).toEqual([second.name, third.name]);
  const left = await listArchived(folder);
  expect(left).toContain(second.startSegment);
  expect(left.filter((name) => name < second.startSegment)).toEqual([]);
  // However old all of them are, one stays.
  await removeOld(folder, { keptDays: 1, now: new Date(now.getTime() + 400 * dayMs) });
  expect(await readdir(folder.bases)).toEqual([third.name]);
});

test('without the flag the server goes on archiving, and "none" ends that', async () => {
  await database.stop();
  await database.start();
  const mode = async () =>
    (await database.query<{ archive_mode: string }>('SHOW archive_mode'))[0]?.archive_mode;
  expect(await mode()).toBe('on');
  // A server that a killed launcher left running is started again with the other setting.
  await database.start({ backupDir: 'none' });
  expect(await mode()).toBe('off');
  // Archiving again: what was written meanwhile is in no archive, so a new base backup is due.
  await database.start({ backupDir });
  const archived = await database.archived();
  expect(await takeBackupIfDue(archived, archived.archiving)).toBeDefined();
  expect(backupFolderAt(backupDir)).toEqual(archived.folder);
});
