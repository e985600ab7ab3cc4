import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { captureAs, reachThrough, type ServiceUser, serviceUser } from './service-user.ts';

/** The shop's role and database. The role owns the database and is not a superuser. */
export const roleName = 'once';
const majorVersion = '18';

/** The files of one embedded server, and the user it runs as. */
export interface Cluster {
  binaries: PostgresBinaries;
  user: ServiceUser;
  /** Everything below belongs to the server's user and is closed to other users. */
  folder: string;
  data: string;
  log: string;
  portFile: string;
  passwordFile: string;
}

export function clusterFiles(dataDir: string) {
  // A running server is recognised by its path, so the path must always have the same spelling.
  const folder = path.join(existsSync(dataDir) ? realpathSync(dataDir) : path.resolve(dataDir), 'postgres');
  return {
    folder,
    data: path.join(folder, 'data'),
    log: path.join(folder, 'server.log'),
    portFile: path.join(folder, 'port'),
    passwordFile: path.join(folder, 'password'),
  };
}

/**
 * Each setting with its reason. Settings that are not listed have PostgreSQL's default. `wal` has those about
 * the log.
 */
export function settings(port: number, wal: string): string {
  return `# Rewritten at every start. Put your own settings into postgresql.conf, above the include.

# This machine only, and only over TCP: the paths of unix sockets have a short limit.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''

# An answered order is on the disk. These three settings guarantee that; never switch them off.
fsync = on
synchronous_commit = on
full_page_writes = on

# Each process of the shop uses about a dozen connections: room for several, a worker and psql.
max_connections = 100
# A shop's active rows fit in here many times over, and a machine of 1 GB can spare it.
shared_buffers = 128MB
# The database is on an SSD or in the cache, where a random read costs little more than a sequential one.
random_page_cost = 1.1
# The shop's statements are short and many: compiling one, or spreading it over cores, costs more than it saves.
jit = off
max_parallel_workers_per_gather = 0

# Checkpoints follow a timer, not a full log in a rush of orders. A crash recovers in seconds.
max_wal_size = 1GB
checkpoint_timeout = 10min
${wal}

# A client that hangs in the middle of a transaction does not keep stock rows locked for ever.
idle_in_transaction_session_timeout = 60s
# Slow statements are logged without their values, which may be a shopper's address.
log_min_duration_statement = 500ms
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_checkpoints = off
timezone = 'UTC'
log_timezone = 'UTC'
`;
}

/** Writes a file that only the server's user (and root) can read. */
export async function writePrivate(cluster: Cluster, file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (cluster.user.uid !== undefined)
    await chown(file, cluster.user.uid, cluster.user.gid ?? cluster.user.uid);
}

/** Prepares the folder and determines the user that the server runs as. */
export async function openCluster(dataDir: string, log: (line: string) => void): Promise<Cluster> {
  await mkdir(dataDir, { recursive: true });
  const files = clusterFiles(dataDir);
  const binaries = await postgresBinaries();
  const user = await serviceUser(log, files.data);
  await mkdir(files.folder, { recursive: true });
  await chmod(files.folder, 0o700);
  if (user.uid !== undefined) await chown(files.folder, user.uid, user.gid ?? user.uid);
  return { ...files, binaries, user: await reachThrough(user, binaries.postgres, files.folder, log) };
}

/** Runs one of the server's programs. Throws with its output when it fails. */
async function must(
  cluster: Cluster,
  what: string,
  command: string,
  args: string[],
  input?: string,
): Promise<void> {
  const done = await captureAs(cluster.user, command, args, { input });
  // The single-user server reports a failed statement and continues, so its output counts too.
  if (done.code !== 0 || /^.*(ERROR|FATAL|PANIC): /m.test(done.stderr)) {
    throw new Error(`${what} failed:\n${`${done.stderr}${done.stdout}`.trim()}`);
  }
}

/**
 * Runs statements as the superuser in a database that no server runs. So the superuser never needs a password.
 */
export async function runAlone(
  cluster: Cluster,
  what: string,
  statements: string[],
  { data = cluster.data, database = roleName }: { data?: string; database?: string } = {},
): Promise<void> {
  const single = ['--single', '-D', data, database];
  await must(cluster, what, cluster.binaries.postgres, single, `${statements.join(';\n')};\n`);
}

/** Makes and keeps a password for the shop's role. */
export async function newPassword(cluster: Cluster): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  await writePrivate(cluster, cluster.passwordFile, password);
  return password;
}

/**
 * Creates the cluster with the shop's role and database in a temporary folder, then renames it. So an
 * interrupted first start leaves nothing that looks complete.
 */
async function createCluster(cluster: Cluster): Promise<void> {
  const { binaries, data } = cluster;
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // The built-in C.UTF-8 sorts the same on every machine and after every system update.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const auth = ['--username=postgres', '--auth=reject'];
  await must(cluster, 'initdb', binaries.initdb, ['-D', unfinished, ...auth, ...locale]);

  const statements = [
    `CREATE ROLE ${roleName} LOGIN CREATEDB PASSWORD '${await newPassword(cluster)}'`,
    `GRANT pg_monitor TO ${roleName}`,
    `CREATE DATABASE ${roleName} OWNER ${roleName}`,
  ];
  await runAlone(cluster, 'creating the database', statements, { data: unfinished, database: 'postgres' });

  const hba = `# Only the shop's role, from this machine, with its password.\nhost all ${roleName} 127.0.0.1/32 scram-sha-256\n`;
  await writePrivate(cluster, path.join(unfinished, 'pg_hba.conf'), hba);
  const configFile = path.join(unfinished, 'postgresql.conf');
  const config = await readFile(configFile, 'utf8');
  await writePrivate(cluster, configFile, `${config}\ninclude 'once.conf'\n`);
  await rename(unfinished, data);
}

/** Marks a database that a restore has moved away, and kept. */
export const keptBefore = (cluster: Cluster, when: Date) =>
  `${cluster.data}.before-${when.toISOString().replaceAll(/[:.]/g, '-')}`;

/**
 * Refuses a folder without a database whose restore was killed between its two renames: neither an empty shop
 * nor a second restore, which would lack the last minute, may take its place.
 */
export async function refuseHalfRestored(cluster: Cluster): Promise<void> {
  if (existsSync(cluster.data)) return;
  const kept = (await readdir(cluster.folder)).filter((name) => name.startsWith('data.before-')).sort();
  if (kept.length === 0) return;
  throw new Error(
    `a restore did not finish, and ${cluster.data} is missing. Rename ${path.join(cluster.folder, kept.at(-1) ?? '')} to ` +
      'it. That is the database as it was before; then the restore can be run again',
  );
}

/** Creates the cluster if there is none. Throws when the existing one is from another version. */
export async function ensureCluster(cluster: Cluster, log: (line: string) => void): Promise<void> {
  const version = await readFile(path.join(cluster.data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    await refuseHalfRestored(cluster);
    log('creating the database for the first time');
    return createCluster(cluster);
  }
  if (version.trim() !== majorVersion) {
    throw new Error(
      `${cluster.data} was created by PostgreSQL ${version.trim()} and this is PostgreSQL ${majorVersion}: ` +
        'move it away to start with a new one, or run its own version and set DATABASE_URL',
    );
  }
}
