import { z } from 'zod';

/** The largest quantity of one line; the database has the same limit as a CHECK. */
export const maxLineQuantity = 99;

/** The most lines a cart may have, so that an order's rows are few enough to write in batches. */
export const maxCartLines = 50;

const cartRemovalSchema = z.object({
  sku: z.string(),
  title: z.string().describe('The name it had in the cart.'),
  reason: z.enum(['no_longer_sold']),
});

export type CartRemoval = z.output<typeof cartRemovalSchema>;

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
    removed: z
      .array(cartRemovalSchema)
      .optional()
      .describe('Told once: what the shop removed from the cart because it no longer sells it.'),
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
