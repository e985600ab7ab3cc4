/** One order that was submitted after an overload, to see whether the shop is itself again. */
export interface Probe {
  /** Milliseconds after the overload's end. */
  dueAtMs: number;
  status: number;
  /** NaN without an answer. */
  latencyMs: number;
}

/** An order that is answered within this is answered quickly. */
const quickMs = 100;

/** All is well again once orders have been answered quickly for as long as this. */
const steadyMs = 1_000;

/**
 * Milliseconds after the overload's end from which on every order was accepted quickly, for a
 * second at least; null when that never came. Probes in the order in which they were due.
 */
export function recoveredAfterMs(probes: Probe[]): number | null {
  const isWell = ({ status, latencyMs }: Probe) => status === 201 && latencyMs <= quickMs;
  const ill = probes.findLastIndex((probe) => !isWell(probe));
  const [first, last] = [probes[ill + 1], probes.at(-1)];
  if (!first || !last || last.dueAtMs - first.dueAtMs < steadyMs) return null;
  return first.dueAtMs;
}
