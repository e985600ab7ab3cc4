import { readFileSync } from 'node:fs';
import { chmod, mkdir, rm, statfs, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { capture } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** A small file system of the database's own, so that it can be full while the machine's is not. */
export interface Disk {
  /** Takes every block that is left. */
  fill(): Promise<void>;
  /** Gives them back. */
  free(): Promise<void>;
  /** How often the database has said so far that there is no room. */
  complaints(): number;
  close(): Promise<void>;
}

/** Room for the database of a long run with its log of a gigabyte. Nothing of the real disk until it is written. */
const bytes = 4 * 2 ** 30;

/**
 * Mounts one at `<folder>/postgres`, where the database will be, from a file in the same folder: on
 * the same disk, so that a commit costs what it costs. Gives a sentence where that cannot be done.
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
  // What the database says of a full disk must not go to that disk.
  const log = path.join(folder, 'postgres.log');
  await writeFile(log, '');
  await chmod(log, 0o666);
  await symlink(log, path.join(place, 'server.log'));
  const filling = path.join(place, 'filling');
  return {
    async fill() {
      const { bavail, bsize } = await statfs(place);
      // More than there is: it takes all, and says that it was not enough.
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

/** Runs it; gives what was wrong, if something was. */
async function run(command: string, args: string[]): Promise<string | undefined> {
  const done = await capture(command, args).catch((error: Error) => ({ code: 1, stderr: error.message }));
  return done.code === 0 ? undefined : done.stderr.trim();
}
