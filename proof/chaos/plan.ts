import type { Fault } from '#proof/chaos/faults/fault.ts';
import { type Random, randomOf } from '#proof/harness/random.ts';
import type { SpecialRound } from './special-round.ts';

/** What is done in one round. */
export interface Plan {
  /** Counted from 1. */
  number: number;
  /** None, one, or two at once. */
  faults: Fault[];
  /** Then there are no faults beside it. */
  special?: SpecialRound | undefined;
  /** Shoppers at the same time. */
  shoppers: number;
  random: Random;
}

/** Every so many rounds nothing goes wrong: a shop that only works when it is broken is no shop. */
const quietEvery = 20;

/** Of the others, every so many have two faults at once, as long as there are faults that have not come alone. */
const pairEvery = 4;

/** Every so many rounds, beginning with the fifth, one has a plot of its own. */
const specialEvery = 10;
const firstSpecial = 5;

/**
 * The plan of a round, the same for the same seed and number. Every fault comes alone, in an order that
 * the seed chose, with a pair of different places between them now and then; then come pairs alone.
 * Special rounds come in turn. Where no faults are wanted, every round is one of them.
 */
export function planOf(
  seed: number,
  number: number,
  faults: readonly Fault[],
  specials: readonly SpecialRound[] = [],
): Plan {
  const random = randomOf(seed).fork(`round ${number}`);
  const shoppers = random.between(8, 16);
  const turn = faults.length === 0 ? number : specialsUntil(number);
  if (specials.length > 0 && (faults.length === 0 || turn > specialsUntil(number - 1))) {
    return { number, faults: [], special: specials[(turn - 1) % specials.length], shoppers, random };
  }
  const faulty = specials.length > 0 ? number - turn : number;
  return { number, faults: chosen(seed, { number, faulty }, faults, random), shoppers, random };
}

const specialsUntil = (number: number) => Math.floor((number - firstSpecial) / specialEvery) + 1;

/** `faulty`: how many of the rounds up to this one had no plot of their own. */
function chosen(
  seed: number,
  { number, faulty }: { number: number; faulty: number },
  faults: readonly Fault[],
  random: Random,
): Fault[] {
  if (number % quietEvery === 0) return [];
  const noisy = faulty - Math.floor(number / quietEvery);
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
