/** Random choices that are the same for the same seed, so that a run that failed can be run again. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number of both ends and what is between them. */
  between(least: number, most: number): number;
  /** True that often. */
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Another sequence, of its own: what happens in one place then takes no numbers away from another. */
  fork(label: string): Random;
}

export function randomOf(seed: number): Random {
  let state = seed | 0;
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)] as never,
    fork: (label) => randomOf(seed ^ hash(label)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
