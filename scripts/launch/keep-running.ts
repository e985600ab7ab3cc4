import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#scripts/services/processes.ts';
import { say, yellow } from './progress.ts';
import type { Shutdown } from './shutdown.ts';

/** Between two looks at a service; a shop without its database answers "come back" meanwhile. */
const lookEveryMs = 1_000;
/** After a start that failed: long enough not to fill the log, short enough to be back soon. */
const retryAfterMs = 10_000;

interface Service {
  pid: number;
  stop: () => Promise<unknown>;
}

/**
 * Keeps a service running until the launcher stops, and stops it then: whatever runs under its name
 * at that time. `name` is as it stands within a sentence.
 */
export function keepUntilStopped<S extends Service>(options: {
  name: string;
  service: S;
  restart: () => Promise<S>;
  shutdown: Shutdown;
}): void {
  const { name, restart, shutdown } = options;
  let { service } = options;
  shutdown.add(name, () => service.stop());
  const watching = watch({
    name: name.charAt(0).toUpperCase() + name.slice(1),
    service,
    restart,
    onRestart: (fresh) => {
      service = fresh;
    },
    signal: shutdown.signal,
  });
  shutdown.add(`the watch over ${name}`, () => watching);
}

/**
 * Starts a service again when it died, as long as `signal` lets it. The address stays the same,
 * so the shop finds it again by itself.
 */
async function watch<S extends Service>(options: {
  name: string;
  service: S;
  restart: () => Promise<S>;
  onRestart: (service: S) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { name, restart, onRestart, signal } = options;
  let { service } = options;
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  while (!signal.aborted) {
    await pause(lookEveryMs);
    if (signal.aborted || isAlive(service.pid)) continue;
    say(`${yellow(`${name} is gone`)} (process ${service.pid}); starting it again`);
    try {
      service = await restart();
      onRestart(service);
      say(`${name} is back`);
    } catch (error) {
      say(`${name} did not start: ${(error as Error).message}`);
      await pause(retryAfterMs);
    }
  }
}
