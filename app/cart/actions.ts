'use server';

import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import {
  firstProblem,
  problemSentence,
  quantitySchema,
  sentByScript,
  skuSchema,
} from '#app/cart/action-input.ts';
import type { CartEditState } from '#components/cart/cart-state.ts';
import { getCart } from '#lib/cart/get-cart.ts';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { AppError } from '#lib/errors.ts';
import { shopperForWrite } from '#lib/next-session.ts';

const editSchema = z.object({
  sku: skuSchema,
  quantity: quantitySchema(0),
  version: z.coerce.number().int().min(1).max(2_147_483_647),
});

/**
 * Sets a line to a quantity; 0 removes it. Refused, with the cart shown as it is, when another
 * tab has edited the cart since this page was made.
 */
export async function editCartLine(before: CartEditState, form: FormData): Promise<CartEditState> {
  const input = editSchema.safeParse(Object.fromEntries(form));
  if (!input.success) return { ...before, problem: firstProblem(input.error) };
  const { sku, quantity, version } = input.data;
  const userId = await shopperForWrite();
  let after: CartEditState;
  try {
    // Edits made in quick succession carry the version their page had; the one before them
    // has counted it up.
    const ifVersion = Math.max(before.version, version);
    const cart = await setCartLine({ userId, sku, quantity, ifVersion });
    after = { version: cart.version, edit: { sku, quantity } };
  } catch (error) {
    return { version: (await getCart({ userId })).version, edit: { sku, quantity }, problem: tellWhy(error) };
  } finally {
    refresh();
  }
  if (!(await sentByScript())) redirect('/cart');
  return after;
}

function tellWhy(error: unknown): string {
  const conflict = error instanceof AppError && error.code === 'precondition_failed';
  return conflict
    ? 'Your cart was changed in another window. Here it is as it is now, without this last change.'
    : problemSentence(error);
}
