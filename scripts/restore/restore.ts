import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { readArchiving, rememberArchiving } from '#scripts/services/backup/archiving.ts';
import {
  type BackupFolder,
  backupFolderAt,
  systemIdIn,
  systemIdOf,
} from '#scripts/services/backup/backup-folder.ts';
import {
  type BaseBackup,
  filesOf,
  listArchived,
  listBaseBackups,
} from '#scripts/services/backup/base-backups.ts';
import { copyOne, copyTree, syncPath } from '#scripts/services/backup/copy-tree.ts';
import type { Moment } from '#scripts/services/backup/moment.ts';
import {
  isHistory,
  isSegment,
  missingPositions,
  nameAt,
  positionOf,
} from '#scripts/services/backup/segments.ts';
import { stopPostgres } from '#scripts/services/postgres.ts';
import {
  type Cluster,
  keptBefore,
  newPassword,
  openCluster,
  refuseHalfRestored,
  roleName,
  runAlone,
} from '#scripts/services/postgres-cluster.ts';
import { markForArchive, type Replayed, replay } from './replay.ts';
import { leadsToLatest, readHistory } from './timelines.ts';

export interface RestoreOptions {
  dataDir: string;
  /** Where the backups are. Undefined: where the last start archived. */
  backupDir?: string;
  /** The database gets every transaction up to this moment, by its own clock, and none after it. */
  to: Moment | 'latest';
  log: (line: string) => void;
  /** Gives up, and leaves everything as it was. */
  signal?: AbortSignal;
}

export interface Restored extends Replayed {
  base: BaseBackup;
  /** The folder of the database as it was before. Undefined when there was none. */
  keptAs: string | undefined;
}

/**
 * Puts the embedded database back to a moment. The current one stays in its place until the restored one is
 * complete, and is kept under another name then. The caller holds the data folder, so no shop runs in it.
 */
export async function restore({ dataDir, backupDir, to, log, signal }: RestoreOptions): Promise<Restored> {
  const cluster = await openCluster(dataDir, log);
  await refuseHalfRestored(cluster);
  const folder = await findBackups(cluster, backupDir);
  const history = await readHistory(folder);
  const backups = (await listBaseBackups(folder)).filter((each) => leadsToLatest(history, each));
  const base = chooseBase(backups, to);
  if (to === 'latest') await requireWhole(folder, base);
  // A killed launcher leaves it running. Stopping archives the last segment.
  await stopPostgres(cluster);
  const restoring: Cluster = {
    ...cluster,
    data: `${cluster.data}.restoring`,
    log: path.join(cluster.folder, 'restore.log'),
  };
  await stopPostgres(restoring);
  await rm(restoring.data, { recursive: true, force: true });
  try {
    log(`copying the base backup of ${base.stoppedAt.toISOString()}`);
    const files = filesOf(path.join(folder.bases, base.name));
    // The server syncs all of it before it replays.
    await copyTree(files, restoring.data, { owner: cluster.user, unsynced: true, signal });
    await addUnarchived(cluster, restoring, folder);
    log('replaying the WAL');
    const replayed = await replay(restoring, folder.path, { to, signal });
    await prepareForStart(cluster, restoring, folder);
    return { base, ...replayed, keptAs: await putInPlace(cluster, restoring) };
  } finally {
    await rm(restoring.data, { recursive: true, force: true });
  }
}

async function findBackups(cluster: Cluster, backupDir: string | undefined): Promise<BackupFolder> {
  const named = backupDir ?? (await readArchiving(cluster.folder))?.folder;
  if (named === undefined) {
    throw new Advice(
      `The database in ${cluster.data} has no backups: it was never started with --backup-dir. If there is a folder with its backups, name it: --backup-dir path`,
    );
  }
  const folder = backupFolderAt(path.resolve(named));
  const archivedId = await systemIdIn(folder);
  if (archivedId === undefined) {
    throw new Advice(
      `${folder.path} has no backups, or cannot be read. Is its disk mounted? Nothing was changed.`,
    );
  }
  const currentId = await systemIdOf(cluster.data);
  if (currentId !== undefined && currentId !== archivedId) {
    throw new Advice(
      `${folder.path} has the backups of another database than ${cluster.data}. Nothing was changed. ` +
        'To restore it here all the same, use another data folder: --data-dir path',
    );
  }
  return folder;
}

function chooseBase(backups: BaseBackup[], to: Moment | 'latest'): BaseBackup {
  if (to !== 'latest' && to.at.getTime() > Date.now()) {
    throw new Advice(
      `${to.text} is in the future. Nothing was changed. For everything that there is:  --to latest`,
    );
  }
  const base = to === 'latest' ? backups.at(-1) : backups.findLast(({ stoppedAt }) => stoppedAt <= to.at);
  if (base) return base;
  const [first] = backups;
  if (!first || to === 'latest')
    throw new Advice('There is no complete base backup yet. Nothing was changed.');
  throw new Advice(
    `There is no base backup from before ${to.text}. The first moment that can be restored is ` +
      `${first.stoppedAt.toISOString()}. Nothing was changed.`,
  );
}

/** PostgreSQL takes a missing segment for the end of the archive. */
async function requireWhole(folder: BackupFolder, base: BaseBackup): Promise<void> {
  const [missing] = missingPositions(await listArchived(folder), positionOf(base.startSegment));
  if (missing === undefined) return;
  throw new Advice(
    `The archive lacks the segment ${nameAt(missing)}, and has later ones. Nothing was changed. ` +
      'Search for a copy of it, or name a moment with --to: the last one before the gap is said when it is later.',
  );
}

/** Adds what the database has and the archive lacks: the last minute of a server that was killed. */
async function addUnarchived(cluster: Cluster, restoring: Cluster, folder: BackupFolder): Promise<void> {
  const [from, to] = [cluster, restoring].map(({ data }) => path.join(data, 'pg_wal')) as [string, string];
  const archived = new Set(await listArchived(folder));
  const names = await readdir(from).catch(() => []);
  for (const name of names.filter((each) => isSegment(each) || isHistory(each))) {
    if (!archived.has(name)) await copyOne({ from, to, relative: name, owner: cluster.user });
  }
}

/** What the restored database needs besides its state. */
async function prepareForStart(cluster: Cluster, restoring: Cluster, folder: BackupFolder): Promise<void> {
  const archived = new Set(await listArchived(folder));
  const histories = (await readdir(path.join(restoring.data, 'pg_wal'))).filter(isHistory);
  await markForArchive(
    restoring,
    histories.filter((name) => !archived.has(name)),
  );
  // On another machine: the password is not in the backups, only its hash.
  if (!existsSync(cluster.passwordFile)) {
    const statement = `ALTER ROLE ${roleName} PASSWORD '${await newPassword(cluster)}'`;
    await runAlone(restoring, 'setting the password', [statement]);
  }
  const last = await readArchiving(cluster.folder);
  const since = last?.since ?? new Date().toISOString();
  await rememberArchiving(cluster, { folder: folder.path, since });
}

async function putInPlace(cluster: Cluster, restoring: Cluster): Promise<string | undefined> {
  const keptAs = existsSync(cluster.data) ? keptBefore(cluster, new Date()) : undefined;
  if (keptAs) await rename(cluster.data, keptAs);
  await rename(restoring.data, cluster.data);
  await syncPath(cluster.folder);
  return keptAs;
}
