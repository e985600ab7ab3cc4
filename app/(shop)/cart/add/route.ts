import { z } from 'zod';
import { cartForm, quantitySchema, skuSchema } from '#app/(shop)/cart/cart-form.ts';
import { countOf } from '#components/cart/cart-state.ts';
import type { AddAnswer } from '#components/cart/notices/addition-news.ts';
import { addToCart } from '#lib/cart/add-to-cart.ts';

/** Adds units of a variant to the shopper's cart, on top of those already in it. */
export const POST = cartForm({
  schema: z.object({ sku: skuSchema, quantity: quantitySchema(1) }),
  act: async ({ sku, quantity: asked }, by) => {
    const { cart, ...addition } = await addToCart({ sku, quantity: asked, ...by });
    const { id, version } = cart;
    const answer: AddAnswer = { asked, ...addition, cart: { id, version, count: countOf(cart) } };
    const told = { added: sku, asked: String(asked), units: String(addition.added) };
    return { answer, location: `/cart?${new URLSearchParams(told)}` };
  },
});
