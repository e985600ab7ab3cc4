import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '#proof/chaos/faults/fault.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';

/** Longer than any injection takes. An injection that hangs is a bug of the chaos tests. */
const injectLimitMs = 90_000;
/** How long the load has to meet a fault. A busy machine needs seconds. */
const strikeLimitMs = 60_000;
const lookEveryMs = 50;

export interface Spell {
  harness: Harness;
  faults: readonly Fault[];
  random: Random;
  /** All faults stay on for at least this long, in milliseconds. */
  leastMs: number;
  limitMs?: number;
}

/**
 * Injects all faults and keeps them on until each has struck, up to a time limit. Resolves with how
 * often each struck: 0 only if the load did not meet the fault within the limit.
 */
export async function goWrong(spell: Spell): Promise<Record<string, number>> {
  const { harness, faults, random, leastMs, limitMs = strikeLimitMs } = spell;
  const injected = await inTime(
    Promise.all(faults.map((fault) => inject(harness, fault, random.fork(fault.name)))),
    faults,
  );
  const lasting = faults.map(({ name, lastsMs }) => lastsMs?.(random.fork(`${name} lasts`)) ?? 0);
  await sleep(Math.max(leastMs, ...lasting));
  const until = performance.now() + limitMs;
  await Promise.all(injected.map((one) => holdUntilItStruck(harness, one, random, until)));
  return Object.fromEntries(injected.map((one) => [one.fault.name, strikesOf(harness, one)]));
}

interface Injected {
  fault: Fault;
  /** What `inject` counted. */
  struck: number;
  /** What `strikes` counted before. */
  before: number;
}

async function inject(harness: Harness, fault: Fault, random: Random): Promise<Injected> {
  const before = fault.strikes?.(harness) ?? 0;
  const struck = await fault.inject(harness, random);
  // A fault that is planned as a number of strikes starts below the earlier count.
  return { fault, struck, before: Math.min(before, fault.strikes?.(harness) ?? 0) };
}

const strikesOf = (harness: Harness, { fault, struck, before }: Injected) =>
  struck + (fault.strikes?.(harness) ?? 0) - before;

/** A fault that strikes only while it is injected is injected again: another fault may have hidden its target. */
async function holdUntilItStruck(
  harness: Harness,
  one: Injected,
  random: Random,
  until: number,
): Promise<void> {
  for (let tries = 1; strikesOf(harness, one) === 0 && performance.now() < until; tries += 1) {
    await sleep(lookEveryMs);
    if (!one.fault.strikes)
      one.struck += await one.fault.inject(harness, random.fork(`${one.fault.name} ${tries}`));
  }
}

async function inTime<T>(injecting: Promise<T>, faults: readonly Fault[]): Promise<T> {
  const limit = sleep(injectLimitMs, undefined, { ref: false }).then(() => {
    throw new Error(`not injected in time: ${faults.map(({ name }) => name).join(', ')}`);
  });
  return Promise.race([injecting, limit]);
}
