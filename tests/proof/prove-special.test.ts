import { afterAll, expect, test } from 'vitest';
import { Proof } from '#proof/chaos/proof.ts';
import { restoredRound } from '#proof/chaos/rounds/restored-round.ts';
import type { SpecialRound } from '#proof/chaos/rounds/special-round.ts';
import { unpaidRound } from '#proof/chaos/rounds/unpaid-round.ts';
import { openHarness } from '#proof/harness/harness.ts';
import { randomOf } from '#proof/harness/random.ts';

/** The rounds of `npm run prove` with their own scenario (docs/proof.md), once each. */

const harness = await openHarness({
  built: false,
  say: () => undefined,
  signal: new AbortController().signal,
});
afterAll(() => harness.close({ keep: false }));
const proof = new Proof(harness);

async function play(number: number, special: SpecialRound): Promise<void> {
  const random = randomOf(number).fork('test');
  const round = await proof.round({ number, faults: [], special, shoppers: 6, random });
  expect(round.violations).toEqual([]);
  expect(round.settledMs).toBeDefined();
  expect(round.strikes[special.name]).toBeGreaterThan(0);
}

// What broke: order ids and idempotency keys were random. After a restore the same submission made another
// order, and its card was charged a second time.
test(
  'orders that a restored database has lost are made again with their ids and their charges',
  () => play(1, restoredRound),
  400_000,
);

// What broke: a few visitors with fresh cookies took all of the stock with orders that they never paid.
test(
  'a network leaves no more unpaid than its limit, while a process is killed and others shop',
  () => play(2, unpaidRound),
  400_000,
);
