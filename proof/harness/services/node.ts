import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#scripts/services/processes.ts';
import { type Child, listens, startChild } from './child.ts';
import { type Service, signalTo } from './service.ts';

const hearsWithinMs = 20_000;

interface Command {
  args: string[];
  cwd: string;
  variables: Record<string, string>;
  logFile: string;
  /** Holds the offset of its clock. */
  clockFile: string;
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

const movedClock = path.join(import.meta.dirname, '..', 'processes', 'moved-clock.ts');

/** A Node process of the shop. With a port, it is ready when it answers there. */
export function nodeService(
  { args, cwd, variables, logFile, clockFile }: Command,
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
