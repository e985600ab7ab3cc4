import type { World } from '#proof/chaos/rounds/scripts.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';

/** What a round works with. */
export interface Stage {
  harness: Harness;
  /** The round's number, counted from 1. */
  number: number;
  world: World;
  /** Shoppers at the same time. */
  shoppers: number;
  random: Random;
}

/** The results of a round. Everything works again by then. */
export interface Played {
  /** How often each of its faults struck. */
  strikes: Record<string, number>;
  shoppers: number;
}

/**
 * A round with a fixed course of events. Other faults strike at any moment; here the order of events
 * matters. The results list its name among the faults.
 */
export interface SpecialRound {
  name: string;
  /** Why it cannot run on this machine; undefined if it can. */
  missing?(harness: Harness): string | undefined;
  play(stage: Stage): Promise<Played>;
}
