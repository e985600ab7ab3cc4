import { describe, expect, it } from 'vitest';
import type { Measurement } from '#proof/bench/measurement.ts';
import type { Part } from '#proof/bench/part.ts';
import { judge } from '#proof/bench/report/goals.ts';

const part = (name: string, node: number, postgres = 0): Part => ({
  name,
  requests: 100,
  cpuMs: { node, postgres },
  latency: null,
  bytes: 1_000,
});

function measured(id: string, rest: Partial<Measurement>): Measurement {
  return {
    id,
    title: id,
    model: '',
    seconds: 10,
    offeredPerSecond: null,
    sent: 900,
    answeredPerSecond: 90,
    statuses: { 200: 900 },
    replayed: 0,
    committed: 100,
    committedPerSecond: 10,
    latency: { p50: 1, p95: 2, p99: 3, max: 4 },
    usage: { cpuSeconds: {}, wallSeconds: 10 },
    memory: null,
    checks: [],
    figures: {},
    ...rest,
  };
}

const judged = (...measurements: Measurement[]) =>
  Object.fromEntries(judge(measurements).map(({ name, value, met }) => [name, { value, met }]));

const empty = measured('next-empty', { parts: [part('dynamic page', 4), part('static page', 1)] });

describe('the goals of a purchase', () => {
  it('compare the CPU time of all tiers with one dynamic page of an empty app', () => {
    const cpuSeconds = { nginx: 0.1, node: 1.4, redis: 0.05, postgres: 0.05, load: 9 };
    const purchase = measured('purchase', { usage: { cpuSeconds, wallSeconds: 10 }, parts: [] });
    expect(judged(purchase, empty)['CPU time of a purchase, all tiers']).toEqual({ value: 4, met: true });
    const half = { ...purchase, committed: 50 };
    expect(judged(half, empty)['CPU time of a purchase, all tiers']).toEqual({ value: 8, met: false });
  });

  it('compare the checkout page with the same page, in Node alone', () => {
    const purchase = measured('purchase', { parts: [part('cart', 9), part('checkout', 5, 3)] });
    expect(judged(purchase, empty)['Node CPU time of the checkout page']).toEqual({ value: 1.25, met: true });
  });

  it('compare all JSON calls together with the same statements, and the cached pages with their bytes', () => {
    const json = ['cart', 'cart edit', 'quote', 'order status'];
    const all = judged(
      measured('calls', {
        parts: [...['home', 'product'].map((name) => part(name, 0.3)), ...json.map((name) => part(name, 1))],
      }),
      measured('bare-json', { parts: json.map((name, index) => part(name, index + 1)) }),
      measured('bare-page', { parts: [part('home', 0.1), part('product', 0.1)] }),
    );
    expect(all['Node CPU time of a JSON call']).toEqual({ value: 0.4, met: true });
    expect(all['Node CPU time of a cached page']?.value).toBeCloseTo(3);
    expect(all['Node CPU time of a cached page']?.met).toBe(false);
  });

  it('are missed by one refused order while pages are saturated', () => {
    const name = 'Orders not accepted while pages are saturated';
    const at = (refused: number) =>
      judged(measured('browse-with-orders', { figures: { 'orders refused or without an answer': refused } }));
    expect(at(0)[name]).toEqual({ value: 0, met: true });
    expect(at(1)[name]).toEqual({ value: 1, met: false });
    expect(at(0)['p99 of an order while pages are saturated']).toEqual({ value: 3, met: true });
  });

  it('come first, and are left out without their yardstick', () => {
    const purchase = measured('purchase', { usage: { cpuSeconds: { node: 1 }, wallSeconds: 1 } });
    const unique = measured('unique', {});
    expect(judge([purchase, unique])).toEqual([]);
    expect(judge([unique, measured('pgbench', {}), purchase, empty])[0]?.name).toMatch(/purchase/);
  });
});
