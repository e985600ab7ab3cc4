import type { Violation } from './evidence.ts';

/** Decides whether the shop's records of what happened are true. Pure; it shares no code with the shop. */

/** A fact that has several rows in a table. */
interface Copies {
  table: string;
  fact: string;
  rows: number;
}

/** A finished reconciliation: the orders that it says it compared, and those that there are in its range. */
interface CountedRun {
  id: string;
  compared: number;
  orders: number;
}

/** What a person has accepted: the version that they had read, and the one before it was accepted. */
interface Acceptance {
  subject: string;
  read: number;
  was: number;
}

export interface RecordRows {
  copies: readonly Copies[];
  runs: readonly CountedRun[];
  acceptances: readonly Acceptance[];
}

export const recordsAreTrue = ({ copies, runs, acceptances }: RecordRows): Violation[] => [
  ...copies
    .filter(({ rows }) => rows > 1)
    .map(({ table, fact, rows }): Violation => {
      return { kind: 'recorded_twice', detail: `${table} has ${rows} rows of ${fact}`, calls: [] };
    }),
  // Orders that were placed while a run compared may be missing in its count.
  ...runs
    .filter(({ compared, orders }) => compared > orders)
    .map(({ id, compared, orders }): Violation => {
      const detail = `run ${id} says that it compared ${compared} orders, and there are ${orders}`;
      return { kind: 'run_miscounted', detail, calls: [] };
    }),
  ...acceptances
    .filter(({ read, was }) => read !== was)
    .map(({ subject, read, was }): Violation => {
      const detail = `${subject} was accepted in version ${was} by a person who had read version ${read}`;
      return { kind: 'accepted_unread', detail, calls: [] };
    }),
];
