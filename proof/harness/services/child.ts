import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '#scripts/launch/child.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** The repository's folder: where `server.ts` and the build are. */
export const root = path.resolve(import.meta.dirname, '..', '..', '..');

const usualStartLimitMs = 60_000;
const stopLimitMs = 30_000;

/** A server that is started for one measurement only. */
export interface Child {
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until `ready` resolves with true. Its output goes to `logFile`. It ends with
 * this process, however that ends. Throws when it cannot be started or is not ready in time.
 */
export async function startChild(options: {
  command: string;
  args: string[];
  variables?: Record<string, string>;
  cwd?: string;
  logFile: string;
  ready: () => Promise<boolean>;
  /** For servers that first do more than start. */
  startLimitMs?: number;
  /** Signals reach its children, too: for a command that starts the server and passes no signal on. */
  wholeGroup?: boolean;
}): Promise<Child> {
  const { command, args, variables, cwd = root, logFile, ready, startLimitMs = usualStartLimitMs } = options;
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...variables },
    stdio: ['ignore', log, log],
    // In its own process group: Ctrl-C reaches only the bench, which stops its servers in order.
    detached: true,
  });
  const what = [path.basename(command), ...args].join(' ');
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${what} could not be started: ${error.message}`)));
  });
  const pid = child.pid as number;
  const target = options.wholeGroup ? -pid : pid;
  const guard = watchdog('kill -s TERM -- "$1"', [String(target)]);
  const stop = async () => {
    await end(child, target);
    guard.dismiss();
  };
  for (const until = Date.now() + startLimitMs; Date.now() < until; await sleep(100)) {
    if (hasEnded(child)) break;
    if (await ready()) return { pid, stop };
  }
  await stop();
  throw new Error(`${what} did not start; its log ${logFile} ends:\n${lastLines(logFile)}`);
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, target: number): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(target, 'SIGTERM');
  const late = setTimeout(() => process.kill(target, 'SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(late);
}

/** Whether a server listens on this port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
