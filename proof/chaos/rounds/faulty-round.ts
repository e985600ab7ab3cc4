import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '#proof/chaos/faults/fault.ts';
import { shop } from '#proof/chaos/rounds/scripts.ts';
import { goWrong } from './go-wrong.ts';
import type { Played, Stage } from './special-round.ts';

/** How long the load runs before, (at least) during and after the faults, in milliseconds. */
export interface Pace {
  beforeMs: number;
  duringMs: number;
  afterMs: number;
}

/** Shoppers come and go while faults are on. Then everything is restored, and they continue for a while. */
export async function playFaults(stage: Stage, faults: readonly Fault[], pace: Pace): Promise<Played> {
  const { harness, world, random } = stage;
  let open = true;
  let shoppers = 0;
  const crowd = Promise.all(
    Array.from({ length: stage.shoppers }, async (_, place) => {
      for (let turn = 0; open; turn += 1) {
        shoppers += 1;
        await shop(world, random.fork(`shopper ${place} ${turn}`));
      }
    }),
  );
  await sleep(pace.beforeMs);
  let strikes: Played['strikes'];
  try {
    strikes = await goWrong({ harness, faults, random, leastMs: pace.duringMs });
    await harness.restore();
    await sleep(pace.afterMs);
  } finally {
    // Also when the round fails: otherwise the load would outlive it.
    open = false;
  }
  await crowd;
  return { strikes, shoppers };
}
