import { describe, expect, it } from 'vitest';
import type { Measurement } from '#proof/bench/measurement.ts';
import { judge } from '#proof/bench/report/goals.ts';

const used = (cpuSeconds: Measurement['usage']['cpuSeconds']) => ({ cpuSeconds, wallSeconds: 10 });

function measured(id: string, rest: Partial<Measurement> = {}): Measurement {
  return {
    id,
    title: id,
    model: '',
    seconds: 10,
    offeredPerSecond: null,
    sent: 10_000,
    answeredPerSecond: 1_000,
    statuses: { 201: 10_000 },
    replayed: 0,
    committed: 10_000,
    committedPerSecond: 1_000,
    latency: { p50: 1, p95: 2, p99: 3, max: 4 },
    usage: used({}),
    memory: null,
    checks: [],
    figures: {},
    ...rest,
  };
}

const judged = (...measurements: Measurement[]) =>
  new Map(judge(measurements).map(({ name, value, met }) => [name, { value, met }]));

describe('the goals', () => {
  it('compare orders per second with pgbench in the same run', () => {
    const goals = judged(
      measured('unique', { committedPerSecond: 5_000 }),
      measured('pgbench', { committedPerSecond: 2_000 }),
    );
    expect(goals.get('Orders a second')).toEqual({ value: 2.5, met: true });
  });

  it('compare orders per CPU second of three tiers with those of PostgreSQL, without the load generator', () => {
    const goals = judged(
      measured('unique', { usage: used({ node: 3, redis: 1, postgres: 1, load: 50 }) }),
      measured('pgbench', { usage: used({ postgres: 4, load: 1 }) }),
    );
    expect(goals.get('Orders per CPU second of all tiers')).toEqual({
      value: 2_000 / 2_500,
      met: false,
    });
  });

  it('leave out figures that were not measured, and unknown CPU time', () => {
    expect([...judged(measured('unique')).keys()]).toEqual([]);
    const blind = { usage: used({ node: Number.NaN, postgres: Number.NaN }) };
    expect([...judged(measured('unique', blind), measured('pgbench', blind)).keys()]).toEqual([
      'Orders a second',
    ]);
  });

  it('note when the generator was the limit, not the server', () => {
    const noteWith = (load: number) =>
      judge([measured('edge-cached'), measured('nginx-return', { usage: used({ nginx: 5, load }) })])[0]
        ?.note;
    expect(noteWith(9.5)).toBe('the generator was the limit');
    expect(noteWith(5)).toBeUndefined();
  });

  it('are missed by a p99 one millisecond too high', () => {
    const at = (p99: number) =>
      judged(measured('unique-half', { latency: { p50: 1, p95: 2, p99, max: 99 } }));
    expect(at(50).get('p99 of an order at half of the capacity')?.met).toBe(true);
    expect(at(51).get('p99 of an order at half of the capacity')?.met).toBe(false);
  });

  it('use the largest memory of all scenarios', () => {
    const goals = judged(
      measured('unique', { memory: { startMb: 100, peakMb: 410, endMb: 200 } }),
      measured('hot', { memory: { startMb: 100, peakMb: 300, endMb: 200 } }),
    );
    expect(goals.get('Memory of the largest Node process')).toEqual({ value: 410, met: false });
  });

  it('are missed if the shop never recovers from an overload', () => {
    const figures = { 'orders a second, of the saturated rate': 0.95, 'recovered after ms': null };
    const goals = judged(measured('overload', { figures }));
    expect(goals.get('Orders a second while 10 times as much is offered')).toEqual({
      value: 0.95,
      met: true,
    });
    expect(goals.get('Recovery from the overload')).toEqual({ value: null, met: false });
  });
});
