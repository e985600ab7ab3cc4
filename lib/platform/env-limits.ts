import { z } from 'zod';

/** Variables for limits and retention, a part of the schema in env.ts. 0 turns a limit off. */

const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const optionalCount = z.coerce.number().int().min(0).optional();

export const limitVariables = {
  /** Searches that a process works on at the same time. Others wait, and if many wait, a search is refused. */
  SEARCH_CONCURRENCY: count(2),
  /** New carts per minute from one network. Default: RATE_LIMIT_IP_PER_MIN. */
  RATE_LIMIT_NEW_CARTS_PER_MIN: optionalCount,
  /** Days until a job deletes old data. 0 keeps it forever. */
  CART_KEPT_DAYS: count(30),
  MAIL_KEPT_DAYS: count(90),
  EVENTS_KEPT_DAYS: count(90),
  /** Hours between two reconciliations by the worker. 0 turns them off. */
  RECONCILE_HOURS: count(24),
  /** Requests a second to the payment provider while it is reconciled. Stripe allows 100 reads in all. */
  RECONCILE_READS_PER_SECOND: z.coerce.number().min(1).max(1_000).default(50),
  /** Days until finished runs are deleted, and discrepancies that ended by themselves. 0 keeps them forever. */
  RECONCILIATIONS_KEPT_DAYS: count(400),
  /** Whether charges of other programs on the same account are expected. */
  RECONCILE_FOREIGN_CHARGES: z.enum(['report', 'ignore']).default('report'),
  /** A bank may dispute a charge 120 days later. */
  SUBMISSIONS_KEPT_DAYS: count(180),
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
