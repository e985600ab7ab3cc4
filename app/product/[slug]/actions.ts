'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import {
  firstProblem,
  problemSentence,
  quantitySchema,
  sentByScript,
  skuSchema,
} from '#app/cart/action-input.ts';
import type { AddState } from '#components/catalogue/add-to-cart-form.tsx';
import { addToCart } from '#lib/cart/add-to-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { shopperForWrite } from '#lib/next-session.ts';

const additionSchema = z.object({ sku: skuSchema, quantity: quantitySchema(1) });

/** Puts a variant into the shopper's cart, on top of what is there of it. */
export async function addVariantToCart(before: AddState, form: FormData): Promise<AddState> {
  const times = before.times + 1;
  const input = additionSchema.safeParse(Object.fromEntries(form));
  if (!input.success) return { times, problem: firstProblem(input.error) };
  const { sku, quantity } = input.data;
  let cart: Cart;
  try {
    cart = await addToCart({ userId: await shopperForWrite(), sku, quantity });
  } catch (error) {
    return { times, problem: problemSentence(error) };
  }
  if (!(await sentByScript())) redirect(`/cart?${new URLSearchParams({ added: sku })}`);
  const line = cart.lines.find((one) => one.sku === sku);
  return {
    times,
    added: line && { title: line.title, quantity: line.quantity },
    cartCount: cart.lines.reduce((sum, one) => sum + one.quantity, 0),
  };
}
