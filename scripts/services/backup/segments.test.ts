import { expect, test } from 'vitest';
import { missingPositions, nameAt, positionOf } from './segments.ts';

test('the numbers of segments continue in the next log, and on a new timeline', () => {
  expect(positionOf('0000000100000001000000FF') + 1).toBe(positionOf('000000020000000200000000'));
  expect(nameAt(positionOf('000000010000000A0000000B'))).toBe('0000000A0000000B');
});

test('a gap is found wherever it is, and the end of the archive is none', () => {
  const names = [
    '000000010000000000000003',
    '00000002.history',
    '000000010000000000000004',
    '000000020000000000000006',
  ];
  expect(missingPositions(names, 3)).toEqual([5]);
  expect(missingPositions([...names, '000000020000000000000005'], 3)).toEqual([]);
  expect(missingPositions(names, 2)).toEqual([2, 5]);
  expect(missingPositions([], 2)).toEqual([2]);
});
