import { expect, test } from 'vitest';
import { faults } from './faults/all.ts';
import { planOf } from './plan.ts';

const namesOf = (seed: number, rounds: number) =>
  Array.from({ length: rounds }, (_, index) =>
    planOf(seed, index + 1, faults).faults.map(({ name }) => name),
  );

test('the same seed is the same schedule, another is another', () => {
  expect(namesOf(7, 90)).toEqual(namesOf(7, 90));
  expect(namesOf(7, 90)).not.toEqual(namesOf(8, 90));
});

test('every fault comes alone, pairs come from the beginning, and they are of two places', () => {
  const rounds = namesOf(7, 200);
  const alone = rounds.filter((names) => names.length === 1).flat();
  expect(alone.toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  const sizes = rounds.slice(0, 20).map(({ length }) => length);
  expect(sizes).toEqual([1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 0]);
  for (const plan of [100, 150, 199].map((number) => planOf(7, number, faults)))
    expect(new Set(plan.faults.map(({ at }) => at)).size).toBe(plan.faults.length);
});

test('a round by itself is the same as in its run', () => {
  const draw = () => planOf(7, 12, faults).random.fork('shopper 0 0').next();
  expect(draw()).toBe(draw());
});

test('no two faults have one name', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
});
