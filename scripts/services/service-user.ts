import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { type CaptureOptions, capture, type Finished } from './processes.ts';

/**
 * PostgreSQL refuses to run as root. If root starts the shop, the database runs as the system user
 * `postgres`, which is created when the machine has none.
 */
export interface ServiceUser {
  uid?: number;
  gid?: number;
  /** Set when the user can't pass through the folders above its files: see `reachThrough`. */
  wrapper?: string[];
}

const userName = 'postgres';

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = await Promise.all([capture('id', ['-u', name]), capture('id', ['-g', name])]);
  return uid.code === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}

async function createUser(log: (line: string) => void): Promise<{ uid: number; gid: number }> {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', userName];
  const made = await capture('useradd', args).catch((error: Error) => ({ code: 1, stderr: error.message }));
  const ids = await idsOf(userName);
  if (made.code !== 0 || !ids) {
    throw new Error(
      `PostgreSQL does not run as root, and the system user "${userName}" could not be created ` +
        `(${made.stderr.trim()}). Start the shop as an ordinary user, or set DATABASE_URL.`,
    );
  }
  log(`created the system user "${userName}", because PostgreSQL does not run as root`);
  return ids;
}

/** The user that PostgreSQL runs as. `ownedBy` is the owner of existing data and stays its owner. */
export async function serviceUser(log: (line: string) => void, ownedBy?: string): Promise<ServiceUser> {
  if (process.getuid?.() !== 0) return {};
  if (process.platform !== 'linux') {
    throw new Error('PostgreSQL does not run as root: start the shop as an ordinary user');
  }
  const owner = ownedBy ? await stat(ownedBy).catch(() => undefined) : undefined;
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await idsOf(userName)) ?? (await createUser(log));
}

/** Runs a command as that user. */
export function captureAs(
  user: ServiceUser,
  command: string,
  args: string[],
  options: CaptureOptions = {},
): Promise<Finished> {
  // The user may have no access to the caller's folder, and a process needs a readable one.
  const inRoot = { cwd: '/', ...options };
  if (user.wrapper) {
    const [wrapper = '', ...wrapperArgs] = user.wrapper;
    return capture(wrapper, [...wrapperArgs, command, ...args], inRoot);
  }
  return capture(command, args, { ...inRoot, uid: user.uid, gid: user.gid });
}

/** The first folder on the path to `target` that other users can't enter. */
async function closedFolder(target: string): Promise<string | undefined> {
  const folders: string[] = [];
  for (let folder = target; folder !== path.dirname(folder); folder = path.dirname(folder))
    folders.unshift(folder);
  for (const folder of folders) {
    const { mode } = await stat(folder);
    if ((mode & constants.S_IXOTH) === 0) return folder;
  }
  return undefined;
}

/**
 * Ensures that the user can reach its programs and its data. Only root can enter a checkout under /root.
 * There the server gets one capability, with which a process can look into closed folders: it can read, not
 * write. So no permissions have to be changed. It gives clients of the database nothing, because the shop's
 * role is not a superuser and can't read files. Throws with the command to type when that is not possible
 * either.
 */
export async function reachThrough(
  user: ServiceUser,
  program: string,
  dataFolder: string,
  log: (line: string) => void,
): Promise<ServiceUser> {
  if (user.uid === undefined) {
    await access(program, constants.X_OK);
    return user;
  }
  const works = async (candidate: ServiceUser) => {
    const probe = ['-c', 'test -w "$1" && "$2" --version', 'sh', dataFolder, program];
    return captureAs(candidate, '/bin/sh', probe).then(
      ({ code }) => code === 0,
      () => false,
    );
  };
  if (await works(user)) return user;

  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const capability = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  // Without this bit the kernel ignores the capability when a program first calls access(2).
  const wrapper = ['setpriv', ...identity, ...capability, '--securebits=+no_setuid_fixup', '--'];
  const wrapped = { ...user, wrapper };
  const closed =
    (await closedFolder(path.dirname(program))) ?? (await closedFolder(path.dirname(dataFolder)));
  if (await works(wrapped)) {
    if (closed)
      log(`${closed} is closed to other users: PostgreSQL gets the capability dac_read_search to pass it`);
    return wrapped;
  }
  throw new Error(
    `PostgreSQL runs as the user with id ${user.uid}, who cannot reach ${closed ?? dataFolder}. ` +
      `Either run  chmod o+x ${closed ?? dataFolder}  or keep the data in another folder: --data-dir /var/lib/once`,
  );
}
