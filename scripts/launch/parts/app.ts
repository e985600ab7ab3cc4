import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChildFailed, lastLines } from '#scripts/launch/child.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { serverArgs } from '#scripts/launch/server-args.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import type { AppLog } from './app-log.ts';

export interface App {
  pid: number;
  /** Resolves when the process has exited, with its exit code or signal. */
  exited: Promise<{ code: number | null; signal: string | null }>;
  /**
   * Lets it finish the requests it admitted. Resolves with whether it exited by itself and without an error.
   */
  stop(): Promise<boolean>;
}

/** In development the first page is compiled first, which takes a while on a loaded machine. */
const healthTimeoutMs = 120_000;
/**
 * The app allows 20 s for admitted requests and then exits by itself. This limit is for an app that hangs.
 */
const stopTimeoutMs = 30_000;

/** The URL for a browser on this machine. */
export function urlOf(host: string, port: number): string {
  const reached = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

async function waitUntilHealthy(url: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + healthTimeoutMs; Date.now() < deadline; await sleep(100)) {
    signal.throwIfAborted();
    const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok) return;
  }
  throw new ChildFailed(`the shop did not answer at ${url}/api/health within ${healthTimeoutMs / 1_000} s`);
}

/** Starts server.ts and waits until it answers. Throws with its last lines when it exits early. */
export async function startApp(options: {
  root: string;
  variables: Variables;
  url: string;
  log: AppLog;
  onSpawn: (pid: number) => void;
  signal: AbortSignal;
}): Promise<App> {
  const { root, variables, url, log, onSpawn, signal } = options;
  const child = spawn(process.execPath, serverArgs, {
    cwd: root,
    env: { ...variables, NEXT_TELEMETRY_DISABLED: '1' } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', log.fd, log.fd],
    // A process group of its own: Ctrl-C reaches only the launcher, which then stops everything in order.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new ChildFailed('server.ts could not be started');
  onSpawn(pid);
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, ended) => resolve({ code, signal: ended }));
  });
  const guard = watchdog('kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);

  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    const { code } = await exited;
    clearTimeout(late);
    return code === 0;
  };
  const death = exited.then(({ code, signal: ended }) => {
    const how = ended ? `was ended by ${ended}` : `ended with exit code ${code}`;
    throw new ChildFailed(
      `the shop ${how} before it was open. The end of ${log.file}:\n\n${lastLines(log.file)}`,
    );
  });
  death.catch(() => undefined);
  try {
    await Promise.race([waitUntilHealthy(url, signal), death]);
    return { pid, exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
