import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#scripts/services/processes.ts';
import { say, yellow } from './progress.ts';

/** Between two looks at a service; a shop without its database answers "come back" meanwhile. */
const lookEveryMs = 1_000;
/** After a start that failed: long enough not to fill the log, short enough to be back soon. */
const retryAfterMs = 10_000;

/**
 * Starts a service again when it died, as long as `signal` lets it. The address stays the same,
 * so the shop finds it again by itself.
 */
export async function keepRunning<Service extends { pid: number }>(options: {
  name: string;
  service: Service;
  restart: () => Promise<Service>;
  onRestart: (service: Service) => void;
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
