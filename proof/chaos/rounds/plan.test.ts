import { expect, test } from 'vitest';
import { faults } from '#proof/chaos/faults/all.ts';
import { planOf } from './plan.ts';
import { specialRounds } from './special-rounds.ts';

const namesOf = (seed: number, rounds: number) =>
  Array.from({ length: rounds }, (_, index) =>
    planOf(seed, index + 1, faults).faults.map(({ name }) => name),
  );

test('the same seed gives the same schedule, and another seed gives another one', () => {
  expect(namesOf(7, 90)).toEqual(namesOf(7, 90));
  expect(namesOf(7, 90)).not.toEqual(namesOf(8, 90));
});

test('every fault comes alone, and pairs come from the beginning and affect two places', () => {
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

test('special rounds take turns, and every fault still comes alone', () => {
  const plans = Array.from({ length: 200 }, (_, index) => planOf(7, index + 1, faults, specialRounds));
  const special = plans.filter((plan) => plan.special);
  expect(special.map(({ number }) => number).slice(0, 3)).toEqual([5, 15, 25]);
  expect(new Set(special.map((plan) => plan.special?.name)).size).toBe(specialRounds.length);
  expect(special.every((plan) => plan.faults.length === 0)).toBe(true);
  const alone = plans.filter((plan) => plan.faults.length === 1).flatMap((plan) => plan.faults);
  expect(alone.map(({ name }) => name).toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
});

test('without selected faults every round is a special round', () => {
  const plans = [1, 2, 3, 20].map((number) => planOf(7, number, [], specialRounds));
  expect(plans.every((plan) => plan.special && plan.faults.length === 0)).toBe(true);
});

test('every fault and special round has a unique name', () => {
  const all = [...faults, ...specialRounds];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
