import { constants } from 'node:fs';
import { chmod, chown, copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceUser } from '#scripts/services/service-user.ts';

export interface CopyOptions {
  /** Whose files they become. Undefined: those of the caller. */
  owner?: ServiceUser;
  /** Whether a file or a folder's contents are left out. A folder itself is always created. */
  leavesOut?: (relative: string) => boolean;
  /** Files may vanish meanwhile, as those of a running database do. */
  mayVanish?: boolean;
  /** The caller makes the copy durable by other means. */
  unsynced?: boolean;
  signal?: AbortSignal;
}

/** Files that are copied at a time: enough to keep a disk busy. */
const atATime = 8;

interface Copied {
  bytes: number;
  files: string[];
  folders: string[];
}

/** Copies a folder of a database with private permissions, and returns when all of it is on the disk. */
export async function copyTree(
  from: string,
  to: string,
  options: CopyOptions = {},
): Promise<{ bytes: number }> {
  const copied: Copied = { bytes: 0, files: [], folders: [] };
  await copyFolder({ from, to, relative: '', ...options }, copied);
  // At the end: the disk has written most of it by then, so one pass over thousands of files is short.
  if (!options.unsynced) {
    await inGroups(copied.files, syncPath, options.signal);
    await inGroups(copied.folders, syncPath, options.signal);
  }
  return { bytes: copied.bytes };
}

type Copy = CopyOptions & { from: string; to: string; relative: string };

async function copyFolder(copy: Copy, copied: Copied): Promise<void> {
  const { from, to, relative, leavesOut = () => false } = copy;
  const folder = path.join(to, relative);
  await mkdir(folder, { recursive: true });
  await belongTo(folder, 0o700, copy.owner);
  copied.folders.push(folder);
  const entries = await readdir(path.join(from, relative), { withFileTypes: true });
  const inside = (name: string) => ({ ...copy, relative: path.join(relative, name) });
  for (const { name } of entries.filter((each) => each.isDirectory())) {
    const below = inside(name);
    await copyFolder(leavesOut(below.relative) ? { ...below, leavesOut: () => true } : below, copied);
  }
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link) throw new Error(`${path.join(from, relative, link.name)} is a link: backups have no tablespaces`);
  const files = entries.filter((entry) => entry.isFile() && !leavesOut(path.join(relative, entry.name)));
  await inGroups(
    files,
    async ({ name }) => {
      const size = await copyOne(inside(name));
      copied.bytes += size;
      copied.files.push(path.join(folder, name));
    },
    copy.signal,
  );
}

async function inGroups<One>(
  all: One[],
  work: (one: One) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (let next = 0; next < all.length; next += atATime) {
    signal?.throwIfAborted();
    await Promise.all(all.slice(next, next + atATime).map(work));
  }
}

/** Copies one file, without syncing it. Resolves with its size. */
export async function copyOne({ from, to, relative, owner, mayVanish }: Copy): Promise<number> {
  const target = path.join(to, relative);
  try {
    await copyFile(path.join(from, relative), target, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (mayVanish && (error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  await belongTo(target, 0o600, owner);
  return (await stat(target)).size;
}

async function belongTo(target: string, mode: number, owner: ServiceUser | undefined): Promise<void> {
  await chmod(target, mode);
  if (owner?.uid !== undefined) await chown(target, owner.uid, owner.gid ?? owner.uid);
}

/** Makes a file, or the names in a folder, durable. A file that vanished while it was copied has no copy. */
export async function syncPath(target: string): Promise<void> {
  const handle = await open(target, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await handle?.sync().finally(() => handle.close());
}
