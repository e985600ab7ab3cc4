import { z } from 'zod';
import { cartForm, quantitySchema, skuSchema } from '#app/(shop)/cart/cart-form.ts';
import { readCartView } from '#app/(shop)/cart/read-cart-view.ts';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

const editSchema = z.object({
  sku: skuSchema,
  quantity: quantitySchema(0),
  version: z.coerce.number().int().min(1).max(2_147_483_647),
});

/**
 * Sets a line's quantity; 0 removes the line. Refused when another tab edited the cart after this page
 * was rendered. The answer then includes the current cart.
 */
export const POST = cartForm({
  schema: editSchema,
  act: async ({ version: ifVersion, ...edit }, by) => {
    await setCartLine({ ...edit, ifVersion, ...by });
    return { answer: { cart: await readCartView(by.userId) }, location: '/cart' };
  },
  afterProblem: async (request) => {
    const userId = (await sessionOf(request))?.shopperId;
    return userId ? { cart: await readCartView(userId) } : {};
  },
});
