import { z } from 'zod';

/** The largest quantity of one line; the database holds the same bound as a CHECK. */
export const maxLineQuantity = 99;

/** The most lines a cart may have: one order's worth of rows stays small enough to batch. */
export const maxCartLines = 50;

export const cartSchema = z
  .object({
    id: z.uuid(),
    version: z.int(),
    currency: z.string(),
    lines: z.array(
      z.object({
        sku: z.string(),
        title: z.string(),
        quantity: z.int(),
        unitPriceMinor: z.int(),
        lineTotalMinor: z.int(),
      }),
    ),
    subtotalMinor: z.int(),
  })
  .meta({ id: 'Cart', description: "The shopper's open cart. Amounts are minor units of `currency`." });

export type Cart = z.output<typeof cartSchema>;

export const cartLineInputSchema = z
  .object({
    quantity: z
      .int('must be a whole number')
      .min(0, 'must be 0 (to remove the line) or more')
      .max(maxLineQuantity, `may be at most ${maxLineQuantity}`),
  })
  .meta({ id: 'CartLineInput' });
