import type { Harness, Link } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';

/** One kind of failure. */
export interface Fault {
  name: string;
  /** What the fault affects: two simultaneous faults have different places. */
  at: Link | 'app' | 'worker' | 'simulator' | 'catalogue' | 'edge';
  /** Why the fault cannot be injected on this machine; undefined if it can. */
  missing?(harness: Harness): string | undefined;
  /**
   * Injects the fault, which stays on until `harness.restore()`. Resolves with how often it has struck by
   * then: processes ended, sessions closed, clocks moved. Attempts are never counted. If `strikes` is
   * missing and it struck nothing, it is called again.
   */
  inject(harness: Harness, random: Random): Promise<number>;
  /**
   * Strikes since the harness began, in addition to those of `inject`, where a counter runs while the fault
   * is on.
   */
  strikes?(harness: Harness): number;
  /** Its minimum duration in milliseconds, if longer than a round's usual one. */
  lastsMs?(random: Random): number;
}
