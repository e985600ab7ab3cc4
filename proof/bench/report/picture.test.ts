import { describe, expect, it } from 'vitest';
import type { Goal } from '#proof/bench/report/goal.ts';
import { drawPicture, scaleFor } from '#proof/bench/report/picture.ts';

const ratio = (value: number | null, rest: Partial<Goal> = {}): Goal => ({
  name: 'Orders a second',
  yardstick: 'pgbench',
  value,
  unit: '×',
  goal: { atLeast: 2 },
  met: value !== null && value >= 2,
  ...rest,
});

const caption = { notes: ['p99: 9 ms'], source: ['2 cores, some CPU', 'npm run bench'] };

describe('the picture', () => {
  it('shows each ratio with its yardstick, goal and verdict, and where it was measured', () => {
    const svg = drawPicture([ratio(2.5), ratio(0.4, { name: 'Replays', yardstick: 'node:http' })], caption);
    for (const text of [
      '2.5',
      'against pgbench',
      'at least 2 ×: met',
      'at least 2 ×: missed',
      '2 cores, some CPU',
    ]) {
      expect(svg).toContain(text);
    }
    expect(svg?.match(/class="met"/g)).toHaveLength(1);
    expect(svg?.match(/class="missed"/g)).toHaveLength(1);
  });

  it('has the same content as text for screen readers', () => {
    expect(drawPicture([ratio(2.5)], caption)).toMatch(
      /<desc[^>]*>Orders a second: 2\.50 times pgbench\.<\/desc>/,
    );
  });

  it('escapes markup in its texts', () => {
    const svg = drawPicture([ratio(2, { name: 'a < b & c' })], { notes: ['<script>'], source: [] });
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg).not.toContain('<script>');
  });

  it('is not drawn without a ratio', () => {
    expect(drawPicture([ratio(null), ratio(9, { yardstick: undefined })], caption)).toBeUndefined();
  });
});

describe('its scale', () => {
  it('doubles from tick to tick at equal distances, and contains every value', () => {
    const { ticks, xOf } = scaleFor([0.1, 12]);
    expect(ticks).toEqual([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16]);
    expect(xOf(4) - xOf(2)).toBeCloseTo(xOf(2) - xOf(1));
    expect(xOf(0.1)).toBeGreaterThanOrEqual(xOf(1 / 16));
    expect(xOf(12)).toBeLessThanOrEqual(xOf(16));
  });
});
