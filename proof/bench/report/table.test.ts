import { describe, expect, it } from 'vitest';
import { figure, table } from '#proof/bench/report/table.ts';

describe('a table', () => {
  it('aligns the first column left and the others right, each as wide as its widest cell', () => {
    const text = table(
      ['scenario', 'p99'],
      [
        ['unique', '7.25'],
        ['one hot sku', '12'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'scenario      p99',
      '───────────  ────',
      'unique       7.25',
      'one hot sku    12',
    ]);
  });
});

describe('a figure', () => {
  it.each([
    [4_321.4, '4,321'],
    [43.21, '43.2'],
    [4.321, '4.32'],
    [0, '0'],
    [12, '12'],
    [Number.NaN, '–'],
    [null, '–'],
  ])('%s is written %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
