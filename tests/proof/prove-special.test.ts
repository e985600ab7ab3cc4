import { afterAll, expect, test } from 'vitest';
import { openLab } from '#proof/chaos/lab/lab.ts';
import { Proof } from '#proof/chaos/proof.ts';
import { randomOf } from '#proof/harness/random.ts';
import { restoredRound } from '#proof/chaos/restored-round.ts';
import type { SpecialRound } from '#proof/chaos/special-round.ts';
import { unpaidRound } from '#proof/chaos/unpaid-round.ts';

/** The rounds of `npm run prove` that have a plot of their own (docs/proof.md), once each. */

const lab = await openLab({ built: false, say: () => undefined, signal: new AbortController().signal });
afterAll(() => lab.close({ keep: false }));
const proof = new Proof(lab);

async function play(number: number, special: SpecialRound): Promise<void> {
  const random = randomOf(number).fork('test');
  const round = await proof.round({ number, faults: [], special, shoppers: 6, random });
  expect(round.violations).toEqual([]);
  expect(round.settledMs).toBeDefined();
  expect(round.strikes[special.name]).toBeGreaterThan(0);
}

// Order ids and idempotency keys were random: after a restore the same submission made another order,
// and its card was charged a second time.
test(
  'orders that a restored database has lost come back with their ids and their charges',
  () => play(1, restoredRound),
  240_000,
);

// A few visitors with fresh cookies emptied the shelves by orders that they never paid.
test(
  'a network leaves no more unpaid than it may, while a process is killed and others shop',
  () => play(2, unpaidRound),
  240_000,
);
