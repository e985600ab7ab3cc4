import { readFileSync } from 'node:fs';
import { chmod, mkdir, rm, statfs, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { capture } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** A small file system for the database alone, so that it can be full while the machine's is not. */
export interface Disk {
  /** Uses every free block. */
  fill(): Promise<void>;
  /** Frees those blocks. */
  free(): Promise<void>;
  /** How often the database has reported so far that there is no space. */
  complaints(): number;
  close(): Promise<void>;
}

/**
 * Enough for the database of a long run with its gigabyte of log. Blocks use real disk space only once
 * written.
 */
const bytes = 4 * 2 ** 30;

/**
 * Mounts the file system at `<folder>/postgres`, where the database will be, from a file in the same
 * folder. It is on the same disk, so a commit costs the same. Resolves with a sentence where this is not
 * possible.
 */
export async function openDisk(folder: string): Promise<Disk | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root may mount a small file system for the database, on Linux';
  const image = path.join(folder, 'disk.img');
  const place = path.join(folder, 'postgres');
  await mkdir(place);
  await writeFile(image, '');
  await truncate(image, bytes);
  for (const [command = '', ...args] of [
    ['mkfs.ext4', '-q', '-m', '0', image],
    ['mount', '-o', 'loop', image, place],
  ]) {
    const problem = await run(command, args);
    if (problem !== undefined) {
      await rm(image);
      return `${command} does not work here: ${problem}`;
    }
  }
  const guard = watchdog('umount -l "$1"', [place]);
  // The database's log must not go to the full disk.
  const log = path.join(folder, 'postgres.log');
  await writeFile(log, '');
  await chmod(log, 0o666);
  await symlink(log, path.join(place, 'server.log'));
  const filling = path.join(place, 'filling');
  return {
    async fill() {
      const { bavail, bsize } = await statfs(place);
      // More than there is: it takes all of it, then fails.
      await run('fallocate', ['-l', String(bavail * bsize + 2 ** 20), filling]);
    },
    free: () => rm(filling, { force: true }),
    complaints: () => readFileSync(log, 'utf8').split('No space left on device').length - 1,
    async close() {
      await run('umount', ['-l', place]);
      guard.dismiss();
    },
  };
}

/** Runs the command. Resolves with its error text, or undefined if it succeeded. */
async function run(command: string, args: string[]): Promise<string | undefined> {
  const done = await capture(command, args).catch((error: Error) => ({ code: 1, stderr: error.message }));
  return done.code === 0 ? undefined : done.stderr.trim();
}
