import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { settleIntent } from './intents.ts';
import type { Intent, Refund } from './model.ts';
import type { Moment } from './moment.ts';
import type { Outcome } from './outcome.ts';
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
      await simulator.commit(settled(intent, refund, simulator.now())).catch(() => undefined);
    }
  }
}

/** The outcome of a slow payment or refund. */
export function settled(intent: Intent, refund: Refund | undefined, moment: Moment): Outcome {
  return refund ? settleRefund(intent, refund, moment) : settleIntent(intent, moment);
}
