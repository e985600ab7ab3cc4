import { z } from 'zod';

/** Variables of limits and retention, a part of the schema in env.ts. 0 turns a limit off. */

const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

export const limitVariables = {
  /**
   * Emails about unpaid orders to one address. A shopper who tries several cards gets a few in an
   * hour; whoever gets more did not order them.
   */
  MAIL_LIMIT_PER_HOUR: count(6),
  MAIL_LIMIT_PER_DAY: count(20),
};
