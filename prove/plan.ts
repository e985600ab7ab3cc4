import type { Fault } from './faults/fault.ts';
import { type Random, randomOf } from './random.ts';

/** What is done in one round. */
export interface Plan {
  /** Counted from 1. */
  number: number;
  /** None, one, or two at once. */
  faults: Fault[];
  /** Shoppers at the same time. */
  shoppers: number;
  random: Random;
}

/** Every so many rounds nothing goes wrong: a shop that only works when it is broken is no shop. */
const quietEvery = 20;

/** Of the others, every so many have two faults at once, as long as there are faults that have not come alone. */
const pairEvery = 4;

/**
 * The plan of a round, the same for the same seed and number. Every fault comes alone, in an order that
 * the seed chose, with a pair of different places between them now and then; then come pairs alone.
 */
export function planOf(seed: number, number: number, faults: readonly Fault[]): Plan {
  const random = randomOf(seed).fork(`round ${number}`);
  return { number, faults: chosen(seed, number, faults, random), shoppers: random.between(8, 16), random };
}

function chosen(seed: number, number: number, faults: readonly Fault[], random: Random): Fault[] {
  if (number % quietEvery === 0) return [];
  const noisy = number - Math.floor(number / quietEvery);
  const alone = noisy - Math.floor(noisy / pairEvery) - 1;
  const order = shuffled(faults, randomOf(seed).fork('order'));
  if (noisy % pairEvery !== 0 && alone < order.length) return [order[alone] as Fault];
  const first = random.pick(faults);
  const others = faults.filter(({ at }) => at !== first.at);
  return others.length === 0 ? [first] : [first, random.pick(others)];
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => ({ one, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
