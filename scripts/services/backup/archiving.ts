import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { type Cluster, roleName, runAlone, writePrivate } from '#scripts/services/postgres-cluster.ts';
import { backupFolderAt, openBackupFolder } from './backup-folder.ts';
import type { Moment } from './moment.ts';

/**
 * Where the embedded server archives its WAL. It is kept beside the database: a command or a start that lacks
 * the flag must not leave a gap, because nothing after a gap can be restored from the backups before it.
 */
export interface Archiving {
  folder: string;
  /** When archiving was switched on. Older base backups have a gap behind them. */
  since: string;
}

/** Ends archiving, as the value of `--backup-dir`. */
const none = 'none';

const fileIn = (clusterFolder: string) => path.join(clusterFolder, 'backups.json');

/** What the last start chose. `clusterFolder` is that of `clusterFiles`. */
export async function readArchiving(clusterFolder: string): Promise<Archiving | undefined> {
  const text = await readFile(fileIn(clusterFolder), 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Archiving);
  } catch {
    throw new Advice(
      `${fileIn(clusterFolder)} is damaged. Nothing was changed. Delete it, and name the backup folder again: --backup-dir`,
    );
  }
}

export const rememberArchiving = (cluster: Cluster, archiving: Archiving): Promise<void> =>
  writePrivate(cluster, fileIn(cluster.folder), `${JSON.stringify(archiving, null, 1)}\n`);

/**
 * Decides where the server archives. `wanted` is the flag. Without it the choice of the last start counts, and
 * the folder is not checked: segments wait in the database until it can be written.
 */
export async function chooseArchiving(
  cluster: Cluster,
  wanted: string | undefined,
): Promise<{ archiving?: Archiving; isNew: boolean }> {
  const last = await readArchiving(cluster.folder);
  if (wanted === undefined) return { archiving: last, isNew: false };
  if (wanted === none) {
    await rm(fileIn(cluster.folder), { force: true });
    return { isNew: false };
  }
  const folder = path.resolve(wanted);
  const isKnown = last?.folder === folder;
  await openBackupFolder(folder, cluster, { isKnown });
  return isKnown
    ? { archiving: last, isNew: false }
    : { archiving: { folder, since: new Date().toISOString() }, isNew: true };
}

/**
 * Lets the shop's role start and end a base backup. It has no other right of a superuser and reads no files.
 * The server must not run.
 */
export const allowBackups = (cluster: Cluster): Promise<void> =>
  runAlone(cluster, 'allowing backups', [
    `GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean) TO ${roleName}`,
  ]);

const settingQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
/** A path in a command of PostgreSQL's settings: a word of the shell, in which %p and %f would be replaced. */
const word = (text: string) => `'${text.replaceAll("'", `'\\''`).replaceAll('%', '%%')}'`;
const script = (name: string) => word(path.join(import.meta.dirname, name));
const copyIn = (folder: string) => `${word(backupFolderAt(folder).wal)}/'%f.gz'`;

/** The server's settings about its WAL. */
export function walSettings(archiving: Archiving | undefined): string {
  if (!archiving) {
    return `# No replica and no archive reads this log, so it carries what a crash needs and no more.
wal_level = minimal
max_wal_senders = 0`;
  }
  const command = `/bin/sh ${script('archive-wal.sh')} '%p' ${copyIn(archiving.folder)}`;
  return `# Every segment of the log is copied to the backups, at the latest a minute after its first record.
wal_level = replica
max_wal_senders = 0
archive_mode = on
archive_command = ${settingQuoted(command)}
archive_timeout = 60s`;
}

/** The settings of a server that replays the archive up to a moment, or to its end, and archives nothing. */
export function replaySettings(folder: string, to: Moment | 'latest'): string {
  const command = `/bin/sh ${script('restore-wal.sh')} ${copyIn(folder)} '%p'`;
  const target = to === 'latest' ? '' : `\nrecovery_target_time = '${to.text.replace('Z', '+00')}'`;
  return `# The archive must not know this timeline before the restore has succeeded.
wal_level = replica
max_wal_senders = 0
archive_mode = off
restore_command = ${settingQuoted(command)}${target}
recovery_target_action = promote
# Nothing reads the database before it has the state that was asked for.
hot_standby = off`;
}
