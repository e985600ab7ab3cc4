import { readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type Archiving,
  allowBackups,
  chooseArchiving,
  rememberArchiving,
  walSettings,
} from './backup/archiving.ts';
import { choosePort } from './ports.ts';
import {
  type Cluster,
  clusterFiles,
  ensureCluster,
  openCluster,
  roleName,
  settings,
  writePrivate,
} from './postgres-cluster.ts';
import { commandOf, waitForExit } from './processes.ts';
import { captureAs } from './service-user.ts';

/**
 * The embedded PostgreSQL. It outlives the process that started it. A stopping shop stops the database last,
 * when no process needs it any more. A database that a killed launcher left running is taken over as it is.
 */
export interface PostgresServer {
  connectionString: string;
  port: number;
  pid: number;
  /** An earlier start left it running. */
  takenOver: boolean;
  /** Ends open sessions, writes everything to the disk and waits until the server has exited. */
  stop(): Promise<void>;
}

/** Recovery after a crash reads at most `max_wal_size` of log. This is many times what it needs. */
const startTimeoutSeconds = 180;
const stopTimeoutSeconds = 60;
/** A larger log is renamed at the next start, and the previous one is deleted. */
const maxLogBytes = 10_000_000;

interface Postmaster {
  pid: number;
  port: number;
}

/** The server that now uses this folder, from its own pid file. Undefined when there is none. */
async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const note = await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = note?.split('\n') ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !port) return undefined;
  const command = commandOf(pid) ?? '';
  // After a crash, another program may have the process id, even another PostgreSQL.
  return command.includes('postgres') && command.includes(data) ? { pid, port } : undefined;
}

async function connectionString(passwordFile: string, port: number): Promise<string> {
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return `postgresql://${roleName}:${password}@127.0.0.1:${port}/${roleName}`;
}

type Answer = 'yes' | 'not yet' | { refused: string };

/** Whether a server accepts connections. A server whose connections are all in use counts as accepting. */
async function answers(url: string): Promise<Answer> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'yes';
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (code === '53300') return 'yes';
    // Class 28 is "invalid authorization", 3D "no such database". Waiting fixes neither.
    return /^(28|3D)/.test(code) ? { refused: message } : 'not yet';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits until a running server accepts connections. Resolves with false when it exited instead. */
async function waitUntilReady(cluster: Cluster, found: Postmaster): Promise<boolean> {
  const url = await connectionString(cluster.passwordFile, found.port);
  for (const deadline = Date.now() + startTimeoutSeconds * 1_000; Date.now() < deadline; await sleep(200)) {
    const answer = await answers(url);
    if (answer === 'yes') return true;
    if (typeof answer === 'object') throw new Error(`the database refuses the shop: ${answer.refused}`);
    if (!commandOf(found.pid)) return false;
  }
  throw new Error(
    `the database (process ${found.pid}) is running but accepts no connections; its log: ${cluster.log}`,
  );
}

async function lastWords(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-12).join('\n');
}

const configOf = (cluster: Cluster) => path.join(cluster.data, 'once.conf');

async function launch(
  cluster: Cluster,
  { archiving, isNew }: { archiving?: Archiving; isNew: boolean },
): Promise<Postmaster> {
  const remembered = Number(await readFile(cluster.portFile, 'utf8').catch(() => '')) || undefined;
  const port = await choosePort(remembered);
  await writePrivate(cluster, cluster.portFile, String(port));
  await writePrivate(cluster, configOf(cluster), settings(port, walSettings(archiving)));
  const logBytes = await stat(cluster.log).then(
    ({ size }) => size,
    () => 0,
  );
  if (logBytes > maxLogBytes) await rename(cluster.log, `${cluster.log}.1`);
  // A pid file that survived a crash. Its process is gone or is another program.
  await rm(path.join(cluster.data, 'postmaster.pid'), { force: true });
  if (archiving && isNew) {
    await allowBackups(cluster);
    await rememberArchiving(cluster, archiving);
  }
  return startServer(cluster);
}

/** Starts the server of a folder with the settings that are there. */
async function startServer(cluster: Cluster): Promise<Postmaster> {
  const wait = ['-w', '-t', String(startTimeoutSeconds)];
  const args = ['start', '-D', cluster.data, '-l', cluster.log, ...wait];
  const limit = { timeoutMs: (startTimeoutSeconds + 30) * 1_000 };
  for (let tries = 1; ; tries++) {
    const started = await captureAs(cluster.user, cluster.binaries.pg_ctl, args, limit);
    const found = await findPostmaster(cluster.data);
    if (started.code === 0 && found) return found;
    const words = await lastWords(cluster.log);
    // The sessions of a killed server take a moment to notice and end.
    const lingering = words.includes('pre-existing shared memory block') && tries < 10;
    if (!lingering) throw new Error(`PostgreSQL did not start:\n${started.stderr.trim()}\n${words}`);
    await sleep(500);
  }
}

/**
 * Starts the server of a folder that replays an archive, waits until it has and accepts connections, and stops
 * it. Throws when it does not get there. However long it replays, it is waited for.
 */
export async function replayArchive(cluster: Cluster, signal?: AbortSignal): Promise<void> {
  try {
    const { pid } = await startServer(cluster);
    while (!(await isReady(cluster))) {
      signal?.throwIfAborted();
      if (!commandOf(pid))
        throw new Error(`PostgreSQL ended while it replayed:\n${await lastWords(cluster.log)}`);
      await sleep(200);
    }
  } finally {
    await stopPostgres(cluster);
  }
}

/** The server writes its state into the last line of its pid file. */
const isReady = async (cluster: Cluster): Promise<boolean> =>
  /^ready *$/m.test(await readFile(path.join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => ''));

/** Stops the server of this folder in order, if one runs. */
export async function stopPostgres(cluster: Cluster): Promise<void> {
  const found = await findPostmaster(cluster.data);
  if (found) await stop(cluster, found.pid);
}

async function stop(cluster: Cluster, pid: number): Promise<void> {
  if (!commandOf(pid)) return;
  const args = ['stop', '-D', cluster.data, '-m', 'fast', '-w', '-t', String(stopTimeoutSeconds)];
  const stopped = await captureAs(cluster.user, cluster.binaries.pg_ctl, args);
  if (stopped.code !== 0 && !(await waitForExit(pid, 1_000))) {
    throw new Error(`PostgreSQL did not stop: ${stopped.stderr.trim()}\n${await lastWords(cluster.log)}`);
  }
}

/**
 * Starts the database under `dataDir`, or takes over the one that runs there. `backupDir` is where it archives
 * its WAL from now on, or `none`. Undefined: as before.
 */
export async function startPostgres(options: {
  dataDir: string;
  backupDir?: string;
  log: (line: string) => void;
}): Promise<PostgresServer> {
  const { log } = options;
  const cluster = await openCluster(options.dataDir, log);
  await ensureCluster(cluster, log);
  const wal = await chooseArchiving(cluster, options.backupDir);
  let found = await findPostmaster(cluster.data);
  let takenOver = found !== undefined && (await waitUntilReady(cluster, found));
  if (found && takenOver && !(await archivesTo(cluster, wal.archiving))) {
    log('starting the database again: it archives to another place from now on');
    await stop(cluster, found.pid);
    takenOver = false;
  }
  if (!found || !takenOver) found = await launch(cluster, wal);
  const { pid, port } = found;
  return {
    connectionString: await connectionString(cluster.passwordFile, port),
    port,
    pid,
    takenOver,
    stop: () => stop(cluster, pid),
  };
}

/** Whether the server that runs was started with these settings. */
const archivesTo = async (cluster: Cluster, archiving: Archiving | undefined): Promise<boolean> =>
  (await readFile(configOf(cluster), 'utf8')).includes(walSettings(archiving));

/** The address of the embedded database if it is running, else undefined. Starts nothing. */
export async function runningPostgres(dataDir: string): Promise<string | undefined> {
  const files = clusterFiles(dataDir);
  const found = await findPostmaster(files.data);
  return found && connectionString(files.passwordFile, found.port);
}
