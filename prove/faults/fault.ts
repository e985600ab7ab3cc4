import type { Lab, Link } from '../lab/lab.ts';
import type { Random } from '../random.ts';

/** One way of going wrong. */
export interface Fault {
  name: string;
  /** What it befalls: two faults at once are of different places. */
  at: Link | 'app' | 'worker' | 'till' | 'catalogue' | 'edge';
  /** Why it cannot be done on this machine, if it can't. */
  missing?(lab: Lab): string | undefined;
  /** Begins it. What it has begun goes on until `lab.restore()`. */
  inject(lab: Lab, random: Random): Promise<void>;
  /** How often it struck, where that differs from once for each injection. */
  strikes?(lab: Lab): number;
}
