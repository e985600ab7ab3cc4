import type { Redis } from '@upstash/redis';
import { countDecline } from '#lib/abuse/abuse-metrics.ts';
import { countFrom, countUp, keyOf, readCounts } from '#lib/abuse/short-memory.ts';
import { env } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { logger } from '#lib/platform/logger.ts';
import { sign } from '#lib/platform/signing.ts';
import { mailboxOf } from '#lib/platform/text/email-address.ts';

/**
 * Counts declined cards wherever a person who tests stolen cards leaves a trace: in their session, their
 * network, their email address, the card, and the shop as a whole. Above a limit, the next card is charged
 * only after a challenge.
 */

/** An honest shopper's declines expire after an hour, the shop-wide count after ten minutes. */
const hourMs = 3_600_000;
const shopWindowMs = 600_000;

const ofExposedShop = { shopper: 3, network: 10, email: 5, card: 5, shop: 100 };

/** On a shop that only this machine can reach, all clients share one address and a few test cards. */
const ofOwnMachine = { shopper: 6, network: 40, email: 40, card: 40, shop: 100 };

const usual = () => (isExposed() ? ofExposedShop : ofOwnMachine);

/** The decline limit of a network. 0 means no limit. */
export function networkLimit(): number {
  const { CHALLENGE_KIND, RATE_LIMIT_IP_PER_MIN, DECLINES_PER_NETWORK } = env();
  if (CHALLENGE_KIND === 'off') return 0;
  return DECLINES_PER_NETWORK ?? (RATE_LIMIT_IP_PER_MIN > 0 ? usual().network : 0);
}

/** The shopper and the card. */
export interface CardUse {
  userId: string;
  /** As from `networkOf`. Undefined if unknown. */
  network: string | undefined;
  email?: string | undefined;
  /** The provider's id of the card. */
  token: string;
}

interface Level {
  name: 'shopper' | 'network' | 'email' | 'card' | 'shop';
  key: string;
  limit: number;
  windowMs: number;
}

/**
 * The levels to count. A level with limit 0 is off. If the rate limit of the same level is 0, the level is
 * off unless its own limit is set.
 */
function levelsOf({ userId, network, email, token }: CardUse): Level[] {
  const { CHALLENGE_KIND, RATE_LIMIT_SHOPPER_PER_MIN: ofShopper, RATE_LIMIT_IP_PER_MIN: ofNetwork } = env();
  if (CHALLENGE_KIND === 'off') return [];
  const {
    DECLINES_PER_SHOPPER = ofShopper > 0 ? usual().shopper : 0,
    DECLINES_PER_EMAIL = ofNetwork > 0 ? usual().email : 0,
    DECLINES_PER_CARD = ofNetwork > 0 ? usual().card : 0,
    DECLINES_PER_SHOP = ofNetwork > 0 ? usual().shop : 0,
  } = env();
  const level = (name: Level['name'], of: string | undefined, limit: number, windowMs = hourMs) =>
    limit > 0 && of !== undefined ? [{ name, key: keyOf(`declines:${name}`, of), limit, windowMs }] : [];
  return [
    ...level('shopper', userId, DECLINES_PER_SHOPPER),
    ...level('network', network, networkLimit()),
    ...level('email', email && hashed(mailboxOf(email)), DECLINES_PER_EMAIL),
    ...level('card', hashed(token), DECLINES_PER_CARD),
    ...level('shop', 'all', DECLINES_PER_SHOP, shopWindowMs),
  ];
}

/** Redis must store neither email addresses nor card ids. */
const hashed = (text: string): string => sign('once.declines.v1', text).subarray(0, 12).toString('base64url');

/** A read of the counters, to send together with other Redis commands. */
export interface DeclineLook {
  ask: (redis: Redis) => Promise<number[]>;
  /** Whether the next card needs a challenge. Without an answer from Redis, this process's counts decide. */
  isOver: (counts: number[] | undefined) => boolean;
}

/** Undefined if no level is counted. */
export function lookAtDeclines(use: CardUse): DeclineLook | undefined {
  const levels = levelsOf(use);
  if (levels.length === 0) return undefined;
  const keys = levels.map(({ key }) => key);
  return {
    ask: (redis) => readCounts(redis, keys),
    isOver: (counts) => levels.some(({ key, limit }, index) => countFrom(counts?.[index], key) >= limit),
  };
}

/** Counts one declined card. Don't await it: the shopper's answer does not depend on it. Never throws. */
export async function recordDecline(use: CardUse): Promise<void> {
  countDecline();
  try {
    await Promise.all(
      levelsOf(use).map(async ({ name, key, limit, windowMs }) => {
        const count = await countUp(key, windowMs);
        if (name === 'shop' && count === limit) {
          logger().warn({ declines: count }, 'many cards are declined: every card now needs a challenge');
        }
      }),
    );
  } catch (error) {
    logger().error({ err: error }, 'a declined card was not counted');
  }
}
