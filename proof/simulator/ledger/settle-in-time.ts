import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { settleIntent } from './intents.ts';
import type { Intent, Outcome, Refund } from './model.ts';
import { settleRefund } from './refunds.ts';

/** How often the simulator looks for slow payments and refunds that are due. */
const lookEveryMs = 100;

/** Settles payments and refunds when they are due, until `signal`. */
export async function settleInTime(simulator: SimulatedProvider, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    for (const { intent, refund } of simulator.takeDue(simulator.now().nowMs)) {
      // The next caller gets the error of a full disk; this loop has no one to report it to.
      await simulator.commit(settled(simulator, intent, refund)).catch(() => undefined);
    }
  }
}

/** The outcome of a slow payment or refund. */
export function settled(simulator: SimulatedProvider, intent: Intent, refund?: Refund): Outcome {
  return refund ? settleRefund(intent, refund, simulator.now()) : settleIntent(intent, simulator.now());
}
