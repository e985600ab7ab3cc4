import { isDeepStrictEqual } from 'node:util';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { readRules } from '#lib/pricing/read-rules.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';

/**
 * The pricing rules in the memory of this process (docs/decisions/0022). Pages and quotes may show rules that
 * are two seconds old: a quote is an offer, and the order writer compares versions before it accepts one. The
 * writer itself uses only rules of the version that it reads in its transaction.
 */

const maxAgeMs = 2_000;

interface Held {
  rules: PricingRules | undefined;
  /** When the read that `rules` comes from began. */
  askedAt: number;
  reading: Promise<PricingRules> | undefined;
}

const held = () =>
  processWide<Held>('pricingRules', () => ({
    rules: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
    reading: undefined,
  }));

/** The rules, at most two seconds old. */
export async function currentRules(): Promise<PricingRules> {
  const { rules, askedAt } = held();
  return rules && performance.now() - askedAt < maxAgeMs ? rules : freshRules();
}

/**
 * Reads the rules; concurrent calls share one query. While the database does not answer, the last known ones:
 * nothing is sold by them. Throws if there are none.
 */
export async function freshRules(): Promise<PricingRules> {
  const state = held();
  state.reading ??= read(db()).finally(() => {
    state.reading = undefined;
  });
  try {
    return await state.reading;
  } catch (error) {
    if (!state.rules) throw error;
    logger().warn({ err: error }, 'the pricing rules could not be read again');
    return state.rules;
  }
}

/**
 * The last known rules, however old. For a check that looks at fresh rules before it refuses anything: so a
 * valid submission does not wait for a connection of the pages.
 */
export async function knownRules(): Promise<PricingRules> {
  return held().rules ?? currentRules();
}

/** The rules of this version or a newer one, for a transaction that has read the version. */
export async function rulesOfVersion(tx: Tx, version: number): Promise<PricingRules> {
  const { rules } = held();
  return rules?.version === version ? rules : read(tx);
}

async function read(tx: Tx): Promise<PricingRules> {
  const askedAt = performance.now();
  const rules = await readRules(tx);
  const state = held();
  // A read that began earlier and ended later has nothing new.
  if (askedAt < state.askedAt) return rules;
  state.askedAt = askedAt;
  // Equal rules stay the same object, so that values computed from them are computed once.
  if (!isDeepStrictEqual(state.rules, rules)) state.rules = rules;
  return state.rules ?? rules;
}
