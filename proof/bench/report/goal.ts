import type { Measurement } from '#proof/bench/measurement.ts';

/** One of the shop's performance goals, judged within one run. */
export interface Goal {
  name: string;
  /** What the value is a multiple of; undefined for an absolute value. */
  yardstick?: string;
  /** Null if the measurement waited for it and it never happened. */
  value: number | null;
  unit: '×' | 'ms' | 's' | 'MB' | 'orders';
  /** Null for a figure without a goal. */
  goal: { atLeast: number } | { atMost: number } | null;
  met: boolean | null;
  /** A caveat for the reader. */
  note?: string;
}

/** A goal with its value, undefined when that was not measured. */
export type Unjudged = Omit<Goal, 'value' | 'met'> & { value: number | null | undefined };

/** The measurement with this id; undefined if it is missing. */
export type Find = (id: string) => Measurement | undefined;

/** Undefined when the value was not measured. */
export function judged(goal: Unjudged): Goal | undefined {
  const { value, goal: aim } = goal;
  if (value === undefined) return undefined;
  if (!aim) return { ...goal, value, met: null };
  const met = value !== null && ('atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost);
  return { ...goal, value, met };
}

/** A goal without a yardstick. */
export const limit = (
  name: string,
  unit: Goal['unit'],
  value: number | null | undefined,
  goal: Goal['goal'],
): Unjudged => ({ name, value, unit, goal });

/** Undefined unless both are known and the second is not 0. */
export function divide(value: number | undefined, by: number | undefined): number | undefined {
  const result = value !== undefined && by ? value / by : Number.NaN;
  return Number.isFinite(result) ? result : undefined;
}

/** A measurement's own figure; null if the measurement waited for it and it never happened. */
export function figure(measurement: Measurement | undefined, name: string): number | null | undefined {
  const value = measurement?.figures[name];
  return typeof value === 'string' ? undefined : value;
}
