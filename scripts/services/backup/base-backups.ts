import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '#scripts/services/processes.ts';
import type { BackupFolder } from './backup-folder.ts';
import { isSegment, positionOf } from './segments.ts';

/** A copy of the database's files. Together with the WAL from `startSegment` on it is a database. */
export interface BaseBackup {
  /** The name of its folder in `base`. */
  name: string;
  startedAt: Date;
  /** The first moment to which it can be restored, by the database's clock. */
  stoppedAt: Date;
  startSegment: string;
  timeline: number;
  /** Where its WAL ends, like `0/3000158`. */
  stopLsn: string;
  bytes: number;
}

export const manifestOf = (folder: string) => path.join(folder, 'backup.json');
export const filesOf = (folder: string) => path.join(folder, 'data');

const dayMs = 24 * 60 * 60 * 1_000;

/** An unfinished copy has its process id in its name: a later backup removes those of killed processes. */
export const unfinishedName = (name: string) => `unfinished-${process.pid}-${name}`;

/** The complete base backups, oldest first. */
export async function listBaseBackups({ bases }: BackupFolder): Promise<BaseBackup[]> {
  const names = await readdir(bases).catch(() => []);
  const complete = names.filter((name) => !name.startsWith('unfinished-'));
  const all = await Promise.all(complete.map((name) => readManifest(path.join(bases, name))));
  return all
    .filter((one) => one !== undefined)
    .sort((one, other) => one.stoppedAt.getTime() - other.stoppedAt.getTime());
}

async function readManifest(folder: string): Promise<BaseBackup | undefined> {
  try {
    const { startedAt, stoppedAt, ...rest } = JSON.parse(await readFile(manifestOf(folder), 'utf8'));
    return {
      ...(rest as BaseBackup),
      name: path.basename(folder),
      startedAt: new Date(startedAt),
      stoppedAt: new Date(stoppedAt),
    };
  } catch {
    return undefined;
  }
}

/** The names in the archive, without `.gz`. */
export async function listArchived({ wal }: BackupFolder): Promise<string[]> {
  const names = await readdir(wal).catch(() => []);
  return names.filter((name) => name.endsWith('.gz')).map((name) => name.slice(0, -'.gz'.length));
}

/**
 * Which base backups are no longer needed: every moment of the last `keptDays` days can still be restored
 * without them. So the newest one before that time stays.
 */
function outdated(backups: BaseBackup[], { keptDays, now }: { keptDays: number; now: Date }): BaseBackup[] {
  const limit = now.getTime() - keptDays * dayMs;
  return backups.filter(({ stoppedAt }) => stoppedAt.getTime() < limit).slice(0, -1);
}

/** Deletes base backups that are no longer needed, the WAL before the oldest one kept, and what was left unfinished. */
export async function removeOld(
  folder: BackupFolder,
  { keptDays, now = new Date() }: { keptDays: number; now?: Date },
): Promise<BaseBackup[]> {
  const backups = await listBaseBackups(folder);
  const old = outdated(backups, { keptDays, now });
  for (const { name } of old) await rm(path.join(folder.bases, name), { recursive: true });
  const [oldest] = backups.slice(old.length);
  if (oldest) await removeWalBefore(folder, positionOf(oldest.startSegment));
  await removeUnfinished(folder, now);
  return old;
}

/** History files are kept: they are tiny, and say which timeline follows which. */
async function removeWalBefore({ wal }: BackupFolder, position: number): Promise<void> {
  for (const file of await readdir(wal)) {
    const segment = file.slice(0, 24);
    if (isSegment(segment) && positionOf(segment) < position) await rm(path.join(wal, file), { force: true });
  }
}

async function removeUnfinished({ bases, wal }: BackupFolder, now: Date): Promise<void> {
  for (const name of await readdir(bases)) {
    const pid = Number(/^unfinished-(\d+)-/.exec(name)?.[1]);
    if (pid && (pid === process.pid || !isAlive(pid)))
      await rm(path.join(bases, name), { recursive: true, force: true });
  }
  for (const name of (await readdir(wal)).filter((each) => each.endsWith('.unfinished'))) {
    const { mtimeMs } = await stat(path.join(wal, name)).catch(() => ({ mtimeMs: now.getTime() }));
    if (now.getTime() - mtimeMs > dayMs) await rm(path.join(wal, name), { force: true });
  }
}
