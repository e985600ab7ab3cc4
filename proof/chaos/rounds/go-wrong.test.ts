import { expect, test } from 'vitest';
import type { Fault } from '#proof/chaos/faults/fault.ts';
import type { Harness } from '#proof/harness/harness.ts';
import { randomOf } from '#proof/harness/random.ts';
import { goWrong } from './go-wrong.ts';

// A fault used to be on for a fixed time. A round whose load did not meet the fault proved nothing.

const harness = {} as Harness;
const during = (faults: Fault[], limitMs = 20_000) =>
  goWrong({ harness, faults, random: randomOf(1), leastMs: 0, limitMs });

/** A fault that strikes at the given read of its counter. */
function metAtLook(look: number): Fault {
  let looks = 0;
  return {
    name: 'reply lost',
    at: 'provider',
    inject: async () => 0,
    strikes: () => (++looks >= look ? 1 : 0),
  };
}

test('a fault stays on until the load has met it', async () => {
  expect(await during([metAtLook(12)])).toEqual({ 'reply lost': 1 });
});

test('a fault that strikes only while it is injected is injected again until it has struck', async () => {
  const results = [0, 0, 3];
  const flushed: Fault = { name: 'flushed', at: 'redis', inject: async () => results.shift() ?? 99 };
  expect(await during([flushed])).toEqual({ flushed: 3 });
});

test('a fault that strikes nothing ends with the limit, and the count says so', async () => {
  expect(await during([metAtLook(Number.POSITIVE_INFINITY)], 200)).toEqual({ 'reply lost': 0 });
});

test('strikes before the injection are not counted', async () => {
  let count = 5;
  const inject = async () => {
    count += 1;
    return 0;
  };
  const cut: Fault = { name: 'cut', at: 'client', inject, strikes: () => count };
  expect(await during([cut])).toEqual({ cut: 1 });
});
