/** One order that was submitted after an overload, to see whether the shop has recovered. */
export interface Probe {
  /** Milliseconds after the overload's end. */
  dueAtMs: number;
  status: number;
  /** NaN without an answer. */
  latencyMs: number;
}

/** An order answered within this time is quick. */
const quickMs = 100;

/** The shop has recovered once orders have been quick for this long. */
const steadyMs = 1_000;

/**
 * Milliseconds from the overload's end until every order was accepted quickly, for at least a second;
 * null if that never happened. Takes probes in the order in which they were due.
 */
export function recoveredAfterMs(probes: Probe[]): number | null {
  const isWell = ({ status, latencyMs }: Probe) => status === 201 && latencyMs <= quickMs;
  const ill = probes.findLastIndex((probe) => !isWell(probe));
  const [first, last] = [probes[ill + 1], probes.at(-1)];
  if (!first || !last || last.dueAtMs - first.dueAtMs < steadyMs) return null;
  return first.dueAtMs;
}
