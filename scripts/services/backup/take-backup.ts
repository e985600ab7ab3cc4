import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openClient } from '#lib/platform/database/db-session.ts';
import { Advice } from '#scripts/advice.ts';
import type { Archiving } from './archiving.ts';
import type { BackupFolder } from './backup-folder.ts';
import { type BaseBackup, filesOf, listBaseBackups, manifestOf, unfinishedName } from './base-backups.ts';
import { copyOne, copyTree, syncPath } from './copy-tree.ts';

interface Source {
  /** The address of the running server, and its files. */
  url: string;
  data: string;
  folder: BackupFolder;
  signal?: AbortSignal;
  /** How long the end of a backup waits until its WAL is archived, in milliseconds. */
  archiveWithinMs?: number;
}

/** The server tries a failing archive again every minute. */
const usualArchiveMs = 5 * 60_000;

/** A base backup is made when the newest is older. The WAL to replay grows with its age. */
const maxAgeMs = 24 * 60 * 60 * 1_000;

const controlFile = path.join('global', 'pg_control');

/** Folders whose contents the server makes anew. The WAL is in the archive. */
const emptied = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
];
const leftOut =
  /(^|\/)(postmaster\.(pid|opts)|pg_internal\.init\S*|pgsql_tmp[^/]*|backup_label\S*|current_logfiles)$/;

type Connection = Awaited<ReturnType<typeof openClient>>;

/**
 * Copies the files of a running database between `pg_backup_start` and `pg_backup_stop`, as PostgreSQL's
 * manual describes. Pages may be torn and files may vanish meanwhile: the WAL repairs both. A backup that
 * fails, or whose server is killed, leaves nothing that looks complete.
 */
export async function takeBaseBackup(source: Source): Promise<BaseBackup> {
  const { folder, url } = source;
  const name = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const unfinished = path.join(folder.bases, unfinishedName(name));
  await mkdir(folder.bases, { recursive: true });
  const client = await openClient({ connectionString: url, application_name: 'once-backup' });
  // A killed server ends the connection; the next statement says so.
  client.on('error', () => undefined);
  // The end of a backup may wait for minutes, and a stopping shop does not wait for it.
  source.signal?.addEventListener('abort', () => client.end(), { once: true });
  try {
    await mkdir(unfinished, { mode: 0o700 });
    const begun = await begin(client);
    const { bytes } = await copyFiles(source, unfinished);
    const stopped = await finish(client, filesOf(unfinished), source.archiveWithinMs ?? usualArchiveMs);
    const backup: BaseBackup = { name, ...begun, ...stopped, bytes };
    await writeFile(manifestOf(unfinished), `${JSON.stringify(backup, null, 1)}\n`, {
      mode: 0o600,
      flush: true,
    });
    await syncPath(filesOf(unfinished));
    await syncPath(unfinished);
    await rename(unfinished, path.join(folder.bases, name));
    await syncPath(folder.bases);
    return backup;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Begun = Pick<BaseBackup, 'startedAt' | 'startSegment' | 'timeline'>;

async function begin(client: Connection): Promise<Begun> {
  const { rows } = await client.query<Begun>(`
    SELECT clock_timestamp() AS "startedAt", pg_walfile_name(lsn) AS "startSegment",
           (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline
    FROM pg_backup_start('once', true) AS lsn`);
  const [begun] = rows;
  if (!begun) throw new Error('the backup did not begin');
  return begun;
}

async function copyFiles({ data, signal }: Source, to: string): Promise<{ bytes: number }> {
  const leavesOut = (relative: string) =>
    emptied.includes(relative) || leftOut.test(relative) || relative === controlFile;
  const copy = { from: data, to: filesOf(to), mayVanish: true, signal };
  const { bytes } = await copyTree(data, filesOf(to), { ...copy, leavesOut });
  return { bytes: bytes + (await copyControlFile({ ...copy, mayVanish: false, relative: controlFile })) };
}

/**
 * Copies `pg_control`, last as pg_basebackup does. It has a checksum and must be whole, and a file system may
 * show half of a write. It changes at checkpoints only, so two equal readings are whole.
 */
async function copyControlFile(copy: Parameters<typeof copyOne>[0]): Promise<number> {
  for (;;) {
    const bytes = await copyOne(copy);
    const [now, copied] = await Promise.all(
      [copy.from, copy.to].map((at) => readFile(path.join(at, controlFile))),
    );
    if (!copied || !now?.equals(copied)) continue;
    await syncPath(path.join(copy.to, controlFile));
    return bytes;
  }
}

type Stopped = Pick<BaseBackup, 'stoppedAt' | 'stopLsn'>;

/** Ends the backup when its WAL is archived. Resolves with the moment from which it is usable. */
async function finish(client: Connection, files: string, archiveWithinMs: number): Promise<Stopped> {
  await client.query(`SET statement_timeout = ${archiveWithinMs}`);
  try {
    const { rows } = await client.query<Stopped & { labelfile: string }>(`
      SELECT labelfile, lsn AS "stopLsn", clock_timestamp() AS "stoppedAt" FROM pg_backup_stop(true)`);
    const [stopped] = rows;
    if (!stopped) throw new Error('the backup did not end');
    const { labelfile, stopLsn, stoppedAt } = stopped;
    await writeFile(path.join(files, 'backup_label'), labelfile, { mode: 0o600, flush: true });
    return { stopLsn, stoppedAt };
  } catch (error) {
    if ((error as { code?: string }).code !== '57014') throw error;
    throw new Advice(
      `The WAL of the base backup was not archived within ${Math.round(archiveWithinMs / 1_000)} s, so the backup was discarded. ` +
        'Earlier backups were kept. The log of the database says why its archive_command fails.',
    );
  }
}

/** Makes a base backup if none can carry the WAL that is archived now, or the newest is a day old. */
export async function takeBackupIfDue(source: Source, { since }: Archiving): Promise<BaseBackup | undefined> {
  const timeline = await timelineOf(source.url);
  const backups = await listBaseBackups(source.folder);
  const usable = backups.filter(
    (each) =>
      each.startedAt >= new Date(since) &&
      each.timeline === timeline &&
      Date.now() - each.startedAt.getTime() < maxAgeMs,
  );
  return usable.length > 0 ? undefined : takeBaseBackup(source);
}

async function timelineOf(connectionString: string): Promise<number> {
  const client = await openClient({ connectionString, application_name: 'once-backup' });
  try {
    const { rows } = await client.query<{ timeline: number }>(
      'SELECT timeline_id AS timeline FROM pg_control_checkpoint()',
    );
    return rows[0]?.timeline ?? 0;
  } finally {
    await client.end();
  }
}
