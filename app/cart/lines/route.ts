import { z } from 'zod';
import { cartForm, quantitySchema, skuSchema } from '#app/cart/cart-form.ts';
import { readCartView } from '#app/cart/read-cart-view.ts';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { currentShopper, shopperForWrite } from '#lib/platform/session/next-session.ts';

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
  act: async (typed, from) => {
    const { version: ifVersion, ...edit } = editSchema.parse(typed);
    const { shopperId: userId } = await shopperForWrite();
    await setCartLine({ userId, ...edit, ifVersion, ...from });
    return { answer: { cart: await readCartView(userId) }, location: '/cart' };
  },
  afterProblem: async () => {
    const userId = (await currentShopper())?.shopperId;
    return userId ? { cart: await readCartView(userId) } : {};
  },
});
