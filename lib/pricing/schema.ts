import { z } from 'zod';
import { countryCodes, homeCountry } from '#lib/shipping/countries.ts';
import { shippingMethodIds } from '#lib/shipping/methods.ts';

export const checkoutQuerySchema = z.object({
  shippingMethod: z
    .enum(shippingMethodIds, { error: `must be one of ${shippingMethodIds.join(', ')}` })
    .default('standard'),
  country: z.enum(countryCodes, { error: `must be one of ${countryCodes.join(', ')}` }).default(homeCountry),
});

export const checkoutQuoteSchema = z
  .object({
    cartId: z.uuid(),
    cartVersion: z.int(),
    submitToken: z.uuid().describe('Submits this cart at this total, once. Dies when either changes.'),
    currency: z.string(),
    subtotalMinor: z.int(),
    shippingMinor: z.int(),
    taxMinor: z.int(),
    discountMinor: z.int(),
    totalMinor: z.int(),
    shippingMethods: z.array(z.object({ id: z.string(), label: z.string(), priceMinor: z.int() })),
    paymentMethods: z.array(z.object({ id: z.string(), label: z.string() })),
  })
  .meta({ id: 'CheckoutQuote', description: 'What the open cart costs when it is sent somewhere.' });

export type CheckoutQuote = z.output<typeof checkoutQuoteSchema>;
