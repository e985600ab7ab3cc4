import { existsSync, realpathSync } from 'node:fs';
import { access, chmod, chown, constants, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { type Cluster, writePrivate } from '#scripts/services/postgres-cluster.ts';
import { captureAs } from '#scripts/services/service-user.ts';

/** Where the backups of one database are: base backups, and the WAL between them and after them. */
export interface BackupFolder {
  path: string;
  bases: string;
  wal: string;
  /** Says of which database they are. Two databases in one folder would mix up their WAL. */
  marker: string;
}

export function backupFolderAt(folder: string): BackupFolder {
  return {
    path: folder,
    bases: path.join(folder, 'base'),
    wal: path.join(folder, 'wal'),
    marker: path.join(folder, 'once-backups.json'),
  };
}

/** PostgreSQL's own id of a database, which its backups share. It is at the start of `pg_control`. */
export async function systemIdOf(data: string): Promise<string | undefined> {
  const file = await open(path.join(data, 'global', 'pg_control'), 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.readBigUInt64LE().toString();
  } finally {
    await file.close();
  }
}

/** The id of the database whose backups are in the folder. Undefined when it holds none. */
export async function systemIdIn({ marker }: BackupFolder): Promise<string | undefined> {
  const text = await readFile(marker, 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as { systemId: string }).systemId;
  } catch {
    throw new Advice(`${marker} is damaged. It was left as it is; name another folder with --backup-dir`);
  }
}

/** The path without links. Parts that do not exist yet are kept. */
function resolved(target: string): string {
  if (existsSync(target)) return realpathSync(target);
  const parent = path.dirname(target);
  return parent === target ? target : path.join(resolved(parent), path.basename(target));
}

const isWithin = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}${path.sep}`);

function refuseNested(folder: string, dataDir: string): void {
  const [inner, outer] = [resolved(folder), resolved(dataDir)];
  if (isWithin(inner, outer)) {
    throw new Advice(
      `The backup folder ${folder} is inside the data folder ${dataDir}: one mistake or one broken disk would ` +
        'lose both. Name one outside it, best on another disk: --backup-dir /mnt/backups/once',
    );
  }
  if (isWithin(outer, inner))
    throw new Advice(
      `The backup folder ${folder} contains the data folder ${dataDir}. Name a folder of its own.`,
    );
}

/**
 * Prepares the folder for the backups of this database. Refuses a folder that is not private to them: it
 * changes permissions and deletes old files there. `isKnown`: an earlier start used it.
 */
export async function openBackupFolder(
  folder: string,
  cluster: Cluster,
  { isKnown }: { isKnown: boolean },
): Promise<BackupFolder> {
  refuseNested(folder, path.dirname(cluster.folder));
  const opened = backupFolderAt(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Advice(
      `The backup folder ${folder} cannot be used: ${(error as Error).message}\n` +
        'Name one that this user may write to: --backup-dir /mnt/backups/once',
    );
  }
  const ours = await systemIdOf(cluster.data);
  const found = await systemIdIn(opened);
  if (found === undefined) await begin(opened, cluster, { ours: ours ?? '', isKnown });
  else if (found !== ours) {
    throw new Advice(
      `The backup folder ${folder} has the backups of another database. They were left as they are. ` +
        'Give each database a folder of its own: --backup-dir /mnt/backups/another',
    );
  }
  await requireServerCanWrite(opened, cluster);
  return opened;
}

async function begin(
  folder: BackupFolder,
  cluster: Cluster,
  { ours, isKnown }: { ours: string; isKnown: boolean },
): Promise<void> {
  const others = (await readdir(folder.path)).filter((name) => name !== 'lost+found');
  if (others.length > 0) {
    throw new Advice(
      `The backup folder ${folder.path} holds other files (${others.slice(0, 3).join(', ')}). They were left ` +
        'as they are. Name an empty folder, or one that does not exist yet.',
    );
  }
  if (isKnown) {
    throw new Advice(
      `The backup folder ${folder.path} had backups and is empty now. Is its disk mounted? ` +
        'To begin again in an empty folder, start once with  --backup-dir none',
    );
  }
  for (const one of [folder.path, folder.bases, folder.wal]) {
    await mkdir(one, { recursive: true });
    await chmod(one, 0o700);
    const { uid, gid = uid } = cluster.user;
    if (uid !== undefined && gid !== undefined) await chown(one, uid, gid);
  }
  await writePrivate(cluster, folder.marker, `${JSON.stringify({ systemId: ours }, null, 1)}\n`);
}

/** The server archives as its own user. */
async function requireServerCanWrite({ path: folder, wal }: BackupFolder, cluster: Cluster): Promise<void> {
  const isFolder = await stat(wal).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const probe = ['-c', 'test -w "$1" && test -x "$1"', 'sh', wal];
  const { code } = await captureAs(cluster.user, '/bin/sh', probe);
  if (isFolder && code === 0) return;
  throw new Advice(
    `PostgreSQL cannot write to ${wal}. Make ${folder} reachable for the user that it runs as` +
      `${cluster.user.uid === undefined ? '' : ` (id ${cluster.user.uid})`}, or name another folder with --backup-dir`,
  );
}
