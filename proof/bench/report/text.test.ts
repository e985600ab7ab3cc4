import { expect, it } from 'vitest';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { partsTable } from '#proof/bench/report/text.ts';

const resultOf = (name: string, node: number, right: number) => ({
  part: { name, requests: 100, cpuMs: { node, postgres: 1 }, latency: null, bytes: 2_345.6 },
  sample: { status: 200, headers: {}, body: Buffer.alloc(0), ms: 1 },
  seconds: 2,
  statuses: { 200: right, error: 100 - right },
  right,
});

const about = { id: 'calls', title: 'Calls', model: '' };

it('kinds of requests are one measurement with a row for each', () => {
  const measurement = measurementOf(about, [resultOf('cart', 3, 100), resultOf('quote', 5, 90)]);
  expect(measurement).toMatchObject({
    sent: 200,
    seconds: 4,
    answeredPerSecond: 47.5,
    statuses: { 200: 190, error: 10 },
    usage: { cpuSeconds: { node: 0.8, postgres: 0.2 }, wallSeconds: 4 },
    checks: [{ name: 'right answers', expected: 200, found: 190, holds: false }],
  });
  const rows = partsTable([measurement]).split('\n').slice(2);
  expect(rows.map((row) => row.trim().split(/\s{2,}/))).toEqual([
    ['Calls'],
    ['cart', '–', '3', '–', '1', '4', '–', '–', '–', '2,346'],
    ['quote', '–', '5', '–', '1', '6', '–', '–', '–', '2,346'],
  ]);
});

it('without kinds of requests there is no table of them', () => {
  expect(partsTable([])).toBe('');
});
