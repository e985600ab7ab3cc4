import type { Lab, Link } from '../lab/lab.ts';
import type { Random } from '../random.ts';

/** One way of going wrong. */
export interface Fault {
  name: string;
  /** What it befalls: two faults at once are of different places. */
  at: Link | 'app' | 'worker' | 'till' | 'catalogue' | 'edge';
  /** Why it cannot be done on this machine, if it can't. */
  missing?(lab: Lab): string | undefined;
  /**
   * Begins it. What it has begun goes on until `lab.restore()`. Gives how often it struck, where that
   * is known when it is over and is not once.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most faults have nothing to say.
  inject(lab: Lab, random: Random): Promise<number | void>;
  /** How often it struck since the lab began, where something else counts it. */
  strikes?(lab: Lab): number;
}
