import type { Check } from '#proof/bench/lab/invariants.ts';
import type { Memory } from '#proof/bench/lab/processes.ts';
import type { Latency } from '#proof/bench/load/record.ts';

/** Whose CPU time is counted. `load` is the generator, which shares the machine. */
export const tiers = ['nginx', 'node', 'redis', 'postgres', 'load'] as const;
export type Tier = (typeof tiers)[number];

/** CPU seconds used by the tiers that took part, and the time in which they did. */
export interface Usage {
  cpuSeconds: Partial<Record<Tier, number>>;
  wallSeconds: number;
}

/** What was found out by offering one load to one server. */
export interface Measurement {
  id: string;
  /** What was offered, for a person. */
  title: string;
  /** How it was offered, for a person: `as fast as answers come, 128 at a time`. */
  model: string;
  seconds: number;
  /** Requests a second that the schedule asked for; null where answers set the pace. */
  offeredPerSecond: number | null;
  sent: number;
  answeredPerSecond: number;
  /** Answers by status; `error` counts requests that got none. */
  statuses: Record<string, number>;
  /** Answers marked `Idempotent-Replayed`. */
  replayed: number;
  /** Orders in the database that were not there before. */
  committed: number;
  committedPerSecond: number;
  /** Milliseconds. Null where the tool doesn't tell. */
  latency: Latency | null;
  /** From the first request until nothing was open any more, which may be longer than the load lasted. */
  usage: Usage;
  /** Memory of the shop's largest Node process, in MB. */
  memory: Memory | null;
  checks: Check[];
  /** Figures that only this scenario has, by name. */
  figures: Record<string, number | string | null>;
}

/** CPU seconds of some tiers together; a tier that took no part counts as nothing. */
export function cpuSecondsTogether({ usage }: Measurement, of: readonly Tier[]): number {
  return of.reduce((sum, tier) => sum + (usage.cpuSeconds[tier] ?? 0), 0);
}

/** Answers by status and in all, from the counts. */
export function answersOf({ sent, statuses }: Pick<Measurement, 'sent' | 'statuses'>): number {
  return sent - (statuses.error ?? 0);
}
