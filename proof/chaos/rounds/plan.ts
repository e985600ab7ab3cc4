import type { Fault } from '#proof/chaos/faults/fault.ts';
import { type Random, randomOf } from '#proof/harness/random.ts';
import type { SpecialRound } from './special-round.ts';

/** The content of one round. */
export interface Plan {
  /** Counted from 1. */
  number: number;
  /** No fault, one, or two at the same time. */
  faults: Fault[];
  /** With a special round there are no faults. */
  special?: SpecialRound | undefined;
  /** Shoppers at the same time. */
  shoppers: number;
  random: Random;
}

/** One of this many rounds has no fault: the shop must work without faults, too. */
const quietEvery = 20;

/** One of this many other rounds has two faults, while some faults have not yet come alone. */
const pairEvery = 4;

/** From the fifth round on, one of this many is a special round. */
const specialEvery = 10;
const firstSpecial = 5;

/**
 * The plan of a round: the same seed and number give the same plan. Every fault comes alone, in an order
 * chosen by the seed, with occasional pairs that affect different places. After that there are only
 * pairs. Special rounds take turns. If no faults are selected, every round is a special one.
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

/** `faulty`: how many rounds up to this one were not special rounds. */
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
