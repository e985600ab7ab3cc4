import { describe, expect, it } from 'vitest';
import { familyOf, parseStat } from '#proof/bench/machine/processes.ts';

const line =
  '42 (a) b) S 7 42 42 0 -1 4194560 900 800 0 0 150 50 25 75 20 0 11 0 9000 123 456 18446744073709551615';

describe("a process's entry in /proc", () => {
  it('gives parent and CPU time with that of ended children, even if the name has brackets and spaces', () => {
    expect(parseStat(line)).toEqual({ parent: 7, cpuSeconds: 3 });
  });
});

describe('the family of a process', () => {
  const processes = new Map(
    [
      [1, 0],
      [10, 1],
      [11, 10],
      [12, 11],
      [13, 10],
      [20, 1],
    ].map(([pid, parent]) => [pid as number, { parent: parent as number }]),
  );

  it('is itself and its descendants, each exactly once', () => {
    expect(familyOf(10, processes).sort()).toEqual([10, 11, 12, 13]);
  });

  it('is empty once the process is gone', () => {
    expect(familyOf(99, processes)).toEqual([]);
  });
});
