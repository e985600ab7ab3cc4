import { describe, expect, it } from 'vitest';
import { arrangeDuplicates, arrangeSoak, shuffle } from '#proof/bench/load/arrange.ts';
import { randomOf } from '#proof/harness/random.ts';

describe('duplicates', () => {
  const arranged = arrangeDuplicates(1_000, 10, randomOf(1).next);
  const placesOf = (order: number) => arranged.flatMap((at, place) => (at === order ? [place] : []));

  it('come the requested number of times for every order', () => {
    expect(arranged).toHaveLength(10_000);
    for (const order of [0, 1, 500, 999]) expect(placesOf(order)).toHaveLength(10);
  });

  it('come soon after the first and much later, too', () => {
    const [first = 0, ...others] = placesOf(300);
    const distances = others.map((place) => place - first);
    expect(distances.filter((distance) => distance < 100).length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...distances)).toBeGreaterThan(1_000);
  });

  it('are arranged the same way in every run', () => {
    expect(arrangeDuplicates(1_000, 10, randomOf(1).next)).toEqual(arranged);
    expect(arrangeDuplicates(1_000, 10, randomOf(2).next)).not.toEqual(arranged);
  });
});

describe('the requests of a soak', () => {
  it('place every order once before it is sent again', () => {
    const arranged = arrangeSoak(100, 4, randomOf(1).next);
    expect(arranged).toHaveLength(400);
    expect(arranged.filter((_, request) => request % 4 === 0)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(arranged.every((order, request) => order >= 0 && order <= request / 4)).toBe(true);
  });
});

describe('a shuffled list', () => {
  it('has the same elements in another order', () => {
    const list = Array.from({ length: 100 }, (_, index) => index);
    const shuffled = shuffle(list, randomOf(1).next);
    expect(shuffled).not.toEqual(list);
    expect(shuffled.sort((a, b) => a - b)).toEqual(list);
  });
});
