import { expect, test } from 'vitest';
import type { Measurement } from '#proof/bench/measurement.ts';
import { reconcileGoals } from '#proof/bench/reconcile/reconcile-goals.ts';
import { judged } from '#proof/bench/report/goal.ts';

function goalsOf(measurements: Record<string, { p99: number; figures?: Record<string, number> }>) {
  const find = (id: string) => {
    const measured = measurements[id];
    return measured && ({ latency: { p99: measured.p99 }, figures: measured.figures ?? {} } as Measurement);
  };
  return reconcileGoals(find)
    .map(judged)
    .filter((goal) => goal !== undefined)
    .map(({ name, value, met }) => [name, value, met]);
}

test('a run is judged by its time, its memory and the orders beside it', () => {
  const figures = { 'seconds of the run': 299, 'its process at most, MB': 401 };
  expect(goalsOf({ 'reconcile-without': { p99: 10 }, 'reconcile-first': { p99: 12.5, figures } })).toEqual([
    ['First reconciliation: time', 299, true],
    ['First reconciliation: memory of its process', 401, false],
    ['First reconciliation: p99 of an order beside it', 1.25, false],
  ]);
});

test('there is nothing to judge without a run', () => {
  expect(goalsOf({})).toEqual([]);
});
