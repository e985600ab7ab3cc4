import { z } from 'zod';
import { cartForm, quantitySchema, skuSchema } from '#app/cart/cart-form.ts';
import type { AddAnswer } from '#components/cart/addition-news.ts';
import { countOf } from '#components/cart/cart-state.ts';
import { addToCart } from '#lib/cart/add-to-cart.ts';
import { shopperForWrite } from '#lib/platform/session/next-session.ts';

const additionSchema = z.object({ sku: skuSchema, quantity: quantitySchema(1) });

/** Adds units of a variant to the shopper's cart, on top of those already in it. */
export const POST = cartForm({
  act: async (typed, from) => {
    const { sku, quantity: asked } = additionSchema.parse(typed);
    const { shopperId: userId } = await shopperForWrite();
    const { cart, ...addition } = await addToCart({ userId, sku, quantity: asked, ...from });
    const { id, version } = cart;
    const answer: AddAnswer = { asked, ...addition, cart: { id, version, count: countOf(cart) } };
    const told = { added: sku, asked: String(asked), units: String(addition.added) };
    return { answer, location: `/cart?${new URLSearchParams(told)}` };
  },
});
