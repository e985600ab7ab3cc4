import { afterAll, expect, test } from 'vitest';
import { openLab } from '#prove/lab/lab.ts';
import { Proof } from '#prove/proof.ts';
import { randomOf } from '#prove/random.ts';
import { restoredRound } from '#prove/restored-round.ts';

/**
 * One round of `npm run prove` (docs/proof.md). Order ids and idempotency keys were random: after a
 * restore the same submission made another order, and its card was charged a second time.
 */

const lab = await openLab({ built: false, say: () => undefined, signal: new AbortController().signal });
afterAll(() => lab.close({ keep: false }));

test('orders that a restored database has lost come back with their ids and their charges', async () => {
  const proof = new Proof(lab);
  const random = randomOf(1).fork('test');
  const round = await proof.round({ number: 1, faults: [], special: restoredRound, shoppers: 6, random });
  expect(round.violations).toEqual([]);
  expect(round.settledMs).toBeDefined();
  expect(round.strikes[restoredRound.name]).toBeGreaterThan(0);
}, 240_000);
