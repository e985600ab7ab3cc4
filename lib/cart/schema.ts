import { z } from 'zod';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';

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
