import type { Check } from '#proof/bench/checks/invariants.ts';
import type { Latency } from '#proof/bench/load/record.ts';
import type { Memory } from '#proof/bench/machine/processes.ts';
import type { Part } from '#proof/bench/part.ts';

/** The tiers whose CPU time is counted. `load` is the generator, which shares the machine. */
export const tiers = ['nginx', 'node', 'redis', 'postgres', 'load'] as const;
export type Tier = (typeof tiers)[number];

/** CPU seconds used by the tiers that took part, and the duration of the measurement. */
export interface Usage {
  cpuSeconds: Partial<Record<Tier, number>>;
  wallSeconds: number;
}

/** The results of one load on one server. */
export interface Measurement {
  id: string;
  /** A readable name of the load. */
  title: string;
  /** A readable description of the load's pace: `as fast as answers come, 128 at a time`. */
  model: string;
  seconds: number;
  /** Requests per second of the schedule; null where answers set the pace. */
  offeredPerSecond: number | null;
  sent: number;
  answeredPerSecond: number;
  /** Answers by status; `error` counts requests without an answer. */
  statuses: Record<string, number>;
  /** Answers marked `Idempotent-Replayed`. */
  replayed: number;
  /** Orders in the database that were not there before. */
  committed: number;
  committedPerSecond: number;
  /** Milliseconds. Null where the tool doesn't report them. */
  latency: Latency | null;
  /** From the first request until no request was open, which may be longer than the load lasted. */
  usage: Usage;
  /** Memory of the shop's largest Node process, in MB. */
  memory: Memory | null;
  checks: Check[];
  /** Figures that only this scenario has, by name. */
  figures: Record<string, number | string | null>;
  /** Its kinds of requests, where they were measured one by one. */
  parts?: Part[];
}

/** CPU seconds of several tiers together. A tier that took no part counts as 0. */
export function cpuSecondsTogether({ usage }: Measurement, of: readonly Tier[]): number {
  return of.reduce((sum, tier) => sum + (usage.cpuSeconds[tier] ?? 0), 0);
}

/** The number of answers. */
export function answersOf({ sent, statuses }: Pick<Measurement, 'sent' | 'statuses'>): number {
  return sent - (statuses.error ?? 0);
}
