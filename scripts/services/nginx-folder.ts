import { chmod, chown, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { moveAsideIfLarge } from './edge/rotate-logs.ts';
import { defaultPages } from './nginx-config.ts';
import { capture } from './processes.ts';
import { captureAs } from './service-user.ts';

const oldestVersion = [1, 22];

export const logNames = ['access.log', 'error.log'];

/** Finds nginx on this machine. Its usual folders are not on every user's PATH. Throws when it is too old. */
export async function findNginx(): Promise<string | undefined> {
  for (const program of ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx']) {
    const answer = await capture(program, ['-v']).catch(() => undefined);
    const version = answer?.stderr.match(/nginx\/(\d+)\.(\d+)/);
    if (!version) continue;
    const [major = 0, minor = 0] = [Number(version[1]), Number(version[2])];
    const [oldestMajor = 0, oldestMinor = 0] = oldestVersion;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return program;
    throw new Error(`nginx ${oldestVersion.join('.')} or later is needed, and ${program} is ${version[0]}`);
  }
  return undefined;
}

/**
 * Creates the folder, closed to other users, with a copy of the built files in `assets`. Returns the user for
 * the workers when we are root.
 */
export async function prepareFolder(
  folder: string,
  assets: string | undefined,
  log: (line: string) => void,
): Promise<string | undefined> {
  const inside = (name: string) => path.join(folder, name);
  for (const name of ['cache', 'assets']) await rm(inside(name), { recursive: true, force: true });
  for (const name of ['cache', 'temp', 'pages']) await mkdir(inside(name), { recursive: true });
  await cp(defaultPages, inside('pages'), { recursive: true });
  // The workers are another user, who cannot read every project's folder.
  if (assets !== undefined) await cp(assets, inside('assets'), { recursive: true });
  for (const name of logNames) await moveAsideIfLarge(inside(name));
  await chmod(folder, 0o700);
  if (process.getuid?.() !== 0) return undefined;

  for (const name of ['www-data', 'nobody']) {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => (await capture('id', [flag, name])).stdout),
    );
    if (!uid || !gid) continue;
    const ids = { uid: Number(uid), gid: Number(gid) };
    for (const owned of ['.', 'cache', 'temp', 'pages']) await chown(inside(owned), ids.uid, ids.gid);
    const reached = await captureAs(ids, 'test', ['-w', inside('cache')]);
    if (reached.code === 0) return `${name} ${(await capture('id', ['-gn', name])).stdout.trim()}`;
  }
  log(`${folder} is in a folder that other users cannot read, so the edge's workers run as root`);
  return 'root';
}
