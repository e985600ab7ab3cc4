import type { Call } from './history.ts';

/** Helpers of the checker's rules. */

export const idsOf = (history: readonly Call[], isMeant: (call: Call) => boolean) =>
  history.filter(isMeant).map(({ id }) => id);

export const sum = <T>(rows: readonly T[], amount: (row: T) => number) =>
  rows.reduce((total, row) => total + amount(row), 0);

export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
