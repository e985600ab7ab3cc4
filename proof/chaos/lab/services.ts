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

/** A part of the shop that can be ended in good or bad manners, and started again at the same address. */
export interface Service {
  /** kill -9, and waits until it is gone. Gives how many processes that were: none, if it didn't run. */
  kill(): Promise<number>;
  /** Asks it to end, and waits until it has. The same. */
  stop(): Promise<number>;
  /** Starts it unless it runs, and waits until it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: everything stays open, and nothing is done. The same. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): number;
}

/** A killed process is gone at once; this is for a machine with other work. */
const goneWithinMs = 10_000;
const hearsWithinMs = 20_000;

export interface Command {
  args: string[];
  cwd: string;
  variables: Record<string, string>;
  logFile: string;
}

export interface NodeService extends Service {
  /** How often it was found to have ended though nobody had ended it. */
  deaths(): number;
  /** Its wall clock is that many milliseconds ahead of the true time, or behind; 1 when it has heard of it. */
  moveClock(ms: number): Promise<number>;
}

const movedClock = path.join(import.meta.dirname, 'moved-clock.ts');

/**
 * A Node process of the shop; with a port it is up when it answers there. `clockFile` is where its
 * clock is told how wrong it is.
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
  /** Whether it has ended by itself since it was started; counted once. */
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
        // A process that is away reads it when it starts.
        if (!child || !isAlive(child.pid)) return 0;
        if ((await readFile(`${clockFile}.seen`, 'utf8')) === String(ms)) return 1;
      }
      throw new Error('a process does not hear what its clock is told');
    },
  };
}

/** Gives how many processes it reached. */
function signalTo(pid: number | undefined, name: NodeJS.Signals): number {
  if (pid === undefined || !isAlive(pid)) return 0;
  process.kill(pid, name);
  return 1;
}

export interface PostgresService extends Service {
  /** Past every proxy. */
  connectionString(): string;
  /** The folder of its files. */
  data: string;
}

export async function postgresService(folder: string): Promise<PostgresService> {
  let server: PostgresServer | undefined;
  let guard: { dismiss: () => void } | undefined;
  let address = '';
  const start = async () => {
    // It may have ended by itself, or be starting again.
    server = await startPostgres({ dataDir: folder, log: () => undefined });
    address = server.connectionString;
    guard?.dismiss();
    // SIGINT is its fast, clean way to end, for when this process is killed.
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
    // However it ends, it is to be started again.
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

/** Says in the logs of the shop's processes what was done to them, so that they can be read beside it. */
export const noteIn = (logFile: string, line: string): Promise<void> => appendFile(logFile, `# ${line}\n`);
