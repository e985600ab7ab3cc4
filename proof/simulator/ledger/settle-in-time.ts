import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { settleIntent } from './intents.ts';
import type { Intent, Outcome, Refund } from './model.ts';
import { settleRefund } from './refunds.ts';

/** How often the simulator looks for what has come due: the payments and refunds that take their time. */
const lookEveryMs = 100;

/** Settles payments and refunds when their time has come, until `signal`. */
export async function settleInTime(simulator: SimulatedProvider, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    for (const { intent, refund } of simulator.takeDue(simulator.now().nowMs)) {
      // A full disk is told to whoever asks next; here there is nobody to tell.
      await simulator.commit(settled(simulator, intent, refund)).catch(() => undefined);
    }
  }
}

/** The end of a payment or refund that took its time. */
export function settled(simulator: SimulatedProvider, intent: Intent, refund?: Refund): Outcome {
  return refund ? settleRefund(intent, refund, simulator.now()) : settleIntent(intent, simulator.now());
}
