import { z } from 'zod';

/** Variables for limits and retention, a part of the schema in env.ts. 0 turns a limit off. */

const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const optionalCount = z.coerce.number().int().min(0).optional();

export const limitVariables = {
  /** New carts per minute from one network. Default: RATE_LIMIT_IP_PER_MIN. */
  RATE_LIMIT_NEW_CARTS_PER_MIN: optionalCount,
  /** Days until a job deletes old data. 0 keeps it forever. */
  CART_KEPT_DAYS: count(30),
  MAIL_KEPT_DAYS: count(90),
  EVENTS_KEPT_DAYS: count(90),
  /**
   * Declined cards after which the next one needs a challenge: per session, network, email and card in an
   * hour, and shop-wide in ten minutes. The defaults are in lib/abuse/declines.ts.
   */
  DECLINES_PER_SHOPPER: optionalCount,
  DECLINES_PER_NETWORK: optionalCount,
  DECLINES_PER_EMAIL: optionalCount,
  DECLINES_PER_CARD: optionalCount,
  DECLINES_PER_SHOP: optionalCount,
  /** The challenge then. The last two kinds are services that need the two keys below. */
  CHALLENGE_KIND: z.enum(['proof_of_work', 'turnstile', 'hcaptcha', 'off']).default('proof_of_work'),
  /** Zero bits of the proof of work. 17 need 131,000 hashes on average, about a second on a phone. */
  CHALLENGE_DIFFICULTY: z.coerce.number().int().min(1).max(24).default(17),
  CHALLENGE_SITE_KEY: z.string().min(1).optional(),
  CHALLENGE_SECRET_KEY: z.string().min(1).optional(),
  /** Another endpoint with the service's siteverify API. */
  CHALLENGE_VERIFY_URL: z.url().optional(),
  /**
   * Emails about unpaid orders to one address. A shopper who tries several cards gets a few in an hour. A
   * person who gets more did not place the orders. The defaults are in
   * lib/notifications/email/limit-emails.ts.
   */
  MAIL_LIMIT_PER_HOUR: optionalCount,
  MAIL_LIMIT_PER_DAY: optionalCount,
};

export const needsChallengeKeys = ({ CHALLENGE_KIND: kind }: { CHALLENGE_KIND: string }): boolean =>
  kind === 'turnstile' || kind === 'hcaptcha';
