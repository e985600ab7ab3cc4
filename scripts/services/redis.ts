import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from './ports.ts';
import { watchdog } from './watchdog.ts';

/** A redis-server that this process started and that ends with it. */
export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  /** Resolves when the server has exited for any reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
  /** Starts a replacement at the same address after the server has died. */
  respawn(): Promise<RedisServer | undefined>;
}

const startTimeoutMs = 10_000;
const stopTimeoutMs = 5_000;

/**
 * On stdin, so that the process list shows no password. Nothing is persisted: Redis's data may be lost at any
 * time.
 */
function config(port: number, folder: string, password?: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${folder}"`,
    'save ""',
    'appendonly no',
    'daemonize no',
    // When memory is full, Redis deletes the keys that would expire first. It never refuses a write.
    'maxmemory 256mb',
    'maxmemory-policy volatile-ttl',
    ...(password ? [`requirepass ${password}`] : []),
    '',
  ].join('\n');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(late);
}

/**
 * Starts a redis-server without persistence. `logFile` takes its output. Resolves with undefined when the
 * machine has none.
 */
export async function spawnRedis(options: {
  port: number;
  folder: string;
  logFile?: string;
  password?: string;
}): Promise<RedisServer | undefined> {
  const { port, folder, logFile, password } = options;
  const output = logFile ? openSync(logFile, 'a') : 'ignore';
  // In a process group of its own, so that Ctrl-C stops the shop first and Redis after it.
  const child = spawn('redis-server', ['-'], {
    stdio: ['pipe', output, output],
    cwd: folder,
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin?.on('error', () => undefined).end(config(port, folder, password));
  const { pid } = child;
  if (pid === undefined) return exited.then(() => undefined);
  const guard = watchdog('kill -CONT "$1"; kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);

  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(20)) {
    if (child.exitCode !== null) break;
    if (!(await accepts(port))) continue;
    const url = `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`;
    const stop = () => stopChild(child, exited);
    return { url, port, pid, exited, stop, respawn: () => spawnRedis(options) };
  }
  await stopChild(child, exited);
  throw new Error(`redis-server did not start${logFile ? `; its log: ${logFile}` : ''}`);
}

/** Starts the shop's Redis under `dataDir`. Resolves with undefined when the machine has no redis-server. */
export async function startRedis(dataDir: string): Promise<RedisServer | undefined> {
  const folder = path.join(path.resolve(dataDir), 'redis');
  mkdirSync(folder, { recursive: true });
  const password = randomBytes(24).toString('base64url');
  return spawnRedis({
    port: await choosePort(),
    folder,
    logFile: path.join(folder, 'server.log'),
    password,
  });
}
