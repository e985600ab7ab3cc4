import { writeFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, listens, startChild } from '#proof/bench/lab/children.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { type PostgresServer, startPostgres } from '#scripts/services/postgres.ts';
import { clusterFiles } from '#scripts/services/postgres-cluster.ts';
import { isAlive, waitForExit } from '#scripts/services/processes.ts';
import { type RedisServer, spawnRedis } from '#scripts/services/redis.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** A part of the shop that can be killed or stopped, and started again at the same address. */
export interface Service {
  /**
   * Sends SIGKILL and waits until it is gone. Resolves with the number of processes: 0 if it wasn't
   * running.
   */
  kill(): Promise<number>;
  /** Asks it to end and waits until it has. Resolves with the same number. */
  stop(): Promise<number>;
  /** Starts it unless it runs, and waits until it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: connections stay open, but no work is done. Returns the same number. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): number;
}

/** A killed process is gone immediately. This allows for a machine with other work. */
const goneWithinMs = 10_000;
const hearsWithinMs = 20_000;

export interface Command {
  args: string[];
  cwd: string;
  variables: Record<string, string>;
  logFile: string;
}

export interface NodeService extends Service {
  /** How often it ended without being stopped. */
  deaths(): number;
  /**
   * Sets its wall clock this many milliseconds ahead of the true time, or behind. 1 once the process has
   * noticed.
   */
  moveClock(ms: number): Promise<number>;
}

const movedClock = path.join(import.meta.dirname, 'moved-clock.ts');

/**
 * A Node process of the shop. With a port, it is ready when it answers there. `clockFile` holds the
 * offset of its clock.
 */
export function nodeService(
  { args, cwd, variables, logFile, clockFile }: Command & { clockFile: string },
  port?: number,
): NodeService {
  writeFileSync(clockFile, '0');
  let child: Child | undefined;
  let deaths = 0;
  const answers = async () => {
    if (port === undefined) return true;
    if (!(await listens(port))) return false;
    const signal = AbortSignal.timeout(5_000);
    return fetch(`http://127.0.0.1:${port}/api/health`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  /** Counts the process, once, if it has ended by itself since it was started. */
  const bury = () => {
    if (!child || isAlive(child.pid)) return;
    deaths += 1;
    child = undefined;
  };
  const end = async (how: (pid: number) => void) => {
    bury();
    const ending = child;
    child = undefined;
    if (!ending) return 0;
    how(ending.pid);
    await ending.stop();
    return 1;
  };
  return {
    async start() {
      bury();
      child ??= await startChild({
        command: process.execPath,
        args: ['--import', movedClock, ...args],
        cwd,
        variables: { ...variables, CLOCK_FILE: clockFile },
        logFile,
        ready: answers,
      });
    },
    kill: () => end((pid) => signalTo(pid, 'SIGKILL')),
    stop: () => end(() => undefined),
    signal: (name) => signalTo(child?.pid, name),
    deaths() {
      bury();
      return deaths;
    },
    async moveClock(ms) {
      if ((await readFile(clockFile, 'utf8')) === String(ms)) return 0;
      await writeFile(clockFile, String(ms));
      for (const until = performance.now() + hearsWithinMs; performance.now() < until; await sleep(20)) {
        // A stopped process reads it when it starts.
        if (!child || !isAlive(child.pid)) return 0;
        if ((await readFile(`${clockFile}.seen`, 'utf8')) === String(ms)) return 1;
      }
      throw new Error('a process does not hear what its clock is told');
    },
  };
}

/** Returns how many processes it reached. */
function signalTo(pid: number | undefined, name: NodeJS.Signals): number {
  if (pid === undefined || !isAlive(pid)) return 0;
  process.kill(pid, name);
  return 1;
}

export interface PostgresService extends Service {
  /** Bypasses every proxy. */
  connectionString(): string;
  /** The folder of its files. */
  data: string;
}

export async function postgresService(folder: string): Promise<PostgresService> {
  let server: PostgresServer | undefined;
  let guard: { dismiss: () => void } | undefined;
  let address = '';
  const start = async () => {
    // It may have ended by itself, or be restarting.
    server = await startPostgres({ dataDir: folder, log: () => undefined });
    address = server.connectionString;
    guard?.dismiss();
    // SIGINT is a fast, clean shutdown, for when this process is killed.
    guard = watchdog('kill -INT "$1"', [String(server.pid)]);
  };
  const gone = () => {
    guard?.dismiss();
    server = undefined;
  };
  await start();
  return {
    start,
    data: clusterFiles(folder).data,
    connectionString: () => address,
    async kill() {
      const ended = signalTo(server?.pid, 'SIGKILL');
      if (server) await waitForExit(server.pid, goneWithinMs);
      gone();
      return ended;
    },
    async stop() {
      const ended = server && isAlive(server.pid) ? 1 : 0;
      await server?.stop();
      gone();
      return ended;
    },
    signal: (name) => signalTo(server?.pid, name),
  };
}

export interface RedisService extends Service {
  port: number;
}

export async function redisService(folder: string): Promise<RedisService> {
  const port = await choosePort();
  let server: RedisServer | undefined;
  const start = async () => {
    if (server) return;
    server = await spawnRedis({ port, folder, logFile: path.join(folder, 'redis.log') });
    if (!server)
      throw new Error('this needs a redis-server on the PATH (Debian: apt-get install redis-server)');
    // However it ended, it must be possible to start it again.
    void server.exited.then(() => {
      server = undefined;
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    if (!server) return 0;
    const ended = signalTo(server.pid, signal);
    await server.exited;
    server = undefined;
    return ended;
  };
  await start();
  return {
    port,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    signal: (name) => signalTo(server?.pid, name),
  };
}

/** Records in the shop's log what was done to its processes, so that both can be read together. */
export const noteIn = (logFile: string, line: string): Promise<void> => appendFile(logFile, `# ${line}\n`);
