import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ViolationKind } from '#proof/chaos/checker/evidence.ts';
import { allShields, type Guard, guards } from './guards.ts';
import { isReplaceable, replacementFile } from './replacements.ts';
import { type Outcome, workloads } from './trial.ts';
import { rows, unexpected } from './trials.ts';

const work = {
  sent: 8,
  arrived: 8,
  written: 1,
  roundTrips: 9,
  redisScripts: 9,
  lockMs: 0,
  deadlocks: 0,
  orders: 8,
};
const outcome = (kinds: ViolationKind[], complaints: string[] = []): Outcome => ({
  found: kinds.map((kind) => ({ kind, detail: '', calls: [] })),
  work,
  complaints,
});

test('every guard is removed in a trial, and every workload runs without all shields', () => {
  const missing = new Set(rows.flatMap(({ without }) => without));
  expect(Object.keys(guards).filter((guard) => !missing.has(guard as Guard))).toEqual([]);
  const isWithoutShields = ({ without }: (typeof rows)[number]) =>
    without.length === allShields.length && allShields.every((guard) => without.includes(guard));
  const whole = new Set(rows.filter(isWithoutShields).map(({ workload }) => workload));
  expect(Object.keys(workloads).filter((workload) => !whole.has(workload as never))).toEqual([]);
});

test('every trial is unique', () => {
  const titles = rows.map(({ workload, without }) => `${workload} ${[...without].sort()}`);
  expect(new Set(titles).size).toBe(titles.length);
});

test('each replacement has a file', () => {
  const files = Object.keys(guards).filter(isReplaceable).map(replacementFile);
  expect(files.filter((file) => !existsSync(path.join(import.meta.dirname, file)))).toEqual([]);
});

test('a trial that differs from its expectation is reported', () => {
  const so = '';
  expect(unexpected({ so }, outcome([]))).toEqual([]);
  expect(unexpected({ so }, outcome(['oversold']))).toEqual(['oversold was seen']);
  expect(unexpected({ so, violates: ['oversold'] }, outcome(['oversold', 'internal_error']))).toEqual([]);
  expect(unexpected({ so, violates: ['oversold'] }, outcome(['internal_error']))).toEqual([
    'no oversold was seen',
  ]);
  expect(unexpected({ so, atLeast: { written: 2 } }, outcome([]))).toEqual(['written was 1, not at least 2']);
  expect(unexpected({ so, atMost: { orders: 7 } }, outcome([]))).toEqual(['orders was 8, not at most 7']);
  expect(unexpected({ so }, outcome([], ['parts.map is not a function']))).toHaveLength(1);
});
