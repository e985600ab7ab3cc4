import type { Lab, Link } from '#proof/chaos/lab/lab.ts';
import type { Random } from '#proof/harness/random.ts';

/** One way of going wrong. */
export interface Fault {
  name: string;
  /** What it befalls: two faults at once are of different places. */
  at: Link | 'app' | 'worker' | 'simulator' | 'catalogue' | 'edge';
  /** Why it cannot be done on this machine, if it can't. */
  missing?(lab: Lab): string | undefined;
  /**
   * Begins it. What it has begun goes on until `lab.restore()`. Gives how often it has struck by then:
   * processes ended, sessions closed, clocks moved; never a count of attempts. Where `strikes` is
   * missing and it struck nothing, it is called again.
   */
  inject(lab: Lab, random: Random): Promise<number>;
  /** How often it struck since the lab began, beside that, where something else counts it as it goes on. */
  strikes?(lab: Lab): number;
  /** How long it goes on at least, in milliseconds, where that is longer than a round's usual fault. */
  lastsMs?(random: Random): number;
}
