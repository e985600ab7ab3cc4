import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#scripts/services/processes.ts';
import { say, yellow } from './progress.ts';
import type { Shutdown } from './shutdown.ts';

/** How often a service is checked. Meanwhile, a shop without its database asks clients to retry. */
const lookEveryMs = 1_000;
/** The pause after a failed start: long enough not to fill the log, short enough to be back soon. */
const usualRetryMs = 10_000;

interface Service {
  pid: number;
  stop: () => Promise<unknown>;
}

/**
 * Keeps a service running until the launcher stops, then stops the current instance. `name` is written as
 * within a sentence. A service that the shop does not need may be missing at first: it is started later.
 */
export function keepUntilStopped<S extends Service>(options: {
  name: string;
  service: S | undefined;
  restart: () => Promise<S>;
  /** The pause after a failed start. */
  retryAfterMs?: number;
  shutdown: Shutdown;
}): void {
  const { name, restart, retryAfterMs = usualRetryMs, shutdown } = options;
  let { service } = options;
  shutdown.add(name, async () => service?.stop());
  const watching = watch({
    name: name.charAt(0).toUpperCase() + name.slice(1),
    service,
    restart,
    retryAfterMs,
    onRestart: (fresh) => {
      service = fresh;
    },
    signal: shutdown.signal,
  });
  shutdown.add(`the watch over ${name}`, () => watching);
}

/**
 * Restarts a service when it has ended, until `signal` is aborted. The address stays the same, so the shop
 * reconnects by itself.
 */
async function watch<S extends Service>(options: {
  name: string;
  service: S | undefined;
  restart: () => Promise<S>;
  retryAfterMs: number;
  onRestart: (service: S) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { name, restart, retryAfterMs, onRestart, signal } = options;
  let { service } = options;
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  while (!signal.aborted) {
    await pause(service ? lookEveryMs : retryAfterMs);
    if (signal.aborted || (service && isAlive(service.pid))) continue;
    if (service) say(`${yellow(`${name} ended unexpectedly`)} (process ${service.pid}); starting it again`);
    try {
      service = await restart();
      onRestart(service);
      say(`${name} is back`);
    } catch (error) {
      service = undefined;
      say(`${name} did not start: ${(error as Error).message}`);
    }
  }
}
