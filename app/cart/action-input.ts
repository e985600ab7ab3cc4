import { randomUUID } from 'node:crypto';
import { headers } from 'next/headers';
import { z } from 'zod';
import { maxLineQuantity } from '#lib/cart/schema.ts';
import { asAppError } from '#lib/http.ts';

/** What both cart actions are sent, as form fields. */
export const skuSchema = z
  .string({ error: 'Choose one of the variants first.' })
  .min(1, 'Choose one of the variants first.')
  .max(64, 'There is no such product.')
  .refine((sku) => !sku.includes('\0'), 'There is no such product.');

/** A quantity as it was typed: the text of a whole number from `min` to what a line may hold. */
export const quantitySchema = (min: number) =>
  z
    .string({ error: 'Enter how many.' })
    .trim()
    .regex(/^\d{1,4}$/, `Enter a whole number from ${min} to ${maxLineQuantity}.`)
    .transform(Number)
    .refine((quantity) => quantity >= min && quantity <= maxLineQuantity, {
      error: `You can order from ${min} to ${maxLineQuantity} of one thing.`,
    });

/** The first thing that is wrong with an input, as a sentence. */
export const firstProblem = (error: z.ZodError): string =>
  error.issues[0]?.message ?? 'That did not work. Nothing was changed.';

/** What went wrong, as a sentence for the shopper; what nobody expected is in the log. */
export const problemSentence = (error: unknown): string => asAppError(error, randomUUID()).message;

/**
 * Whether a script sent the action and will show its result in place. A form that the browser
 * posted by itself is answered with a redirect instead, so that a reload doesn't post it again.
 */
export async function sentByScript(): Promise<boolean> {
  return (await headers()).has('next-action');
}
