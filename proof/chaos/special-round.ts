import type { Lab } from '#proof/chaos/lab/lab.ts';
import type { World } from '#proof/chaos/load/scripts.ts';
import type { Random } from '#proof/harness/random.ts';

/** What a round has to work with. */
export interface Stage {
  lab: Lab;
  /** The round's number, counted from 1. */
  number: number;
  world: World;
  /** Shoppers at the same time. */
  shoppers: number;
  random: Random;
}

/** What happened in a round. Everything works again by then. */
export interface Played {
  /** How often each of its faults struck. */
  strikes: Record<string, number>;
  shoppers: number;
}

/**
 * A round with a plot of its own. Faults befall a crowd of shoppers at any moment; here the order of
 * events matters. Its name stands in the results among the faults.
 */
export interface SpecialRound {
  name: string;
  /** Why it cannot be played on this machine, if it can't. */
  missing?(lab: Lab): string | undefined;
  play(stage: Stage): Promise<Played>;
}
