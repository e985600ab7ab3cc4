import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { problemCodes } from '#lib/errors.ts';
import { shortageSchema } from '#lib/orders/schema.ts';

/**
 * What a shopper without JavaScript typed into a checkout that was refused, and why it was: kept
 * for a few minutes in a cookie of their own browser, so the page that they are sent back to can
 * show both. Nothing of it is stored on our side.
 */
export const checkoutDraftCookie = 'once_checkout_draft';

/** Long enough to correct a form, short enough that a shared computer forgets an address. */
const draftMaxAgeSeconds = 15 * 60;

/** Browsers keep a cookie of up to 4,096 bytes, name and attributes included. */
const maxCookieBytes = 3_800;

const draftSchema = z.object({
  problem: z
    .object({
      code: z.enum(problemCodes),
      detail: z.string(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      items: z.array(shortageSchema).optional(),
      order: z.object({ url: z.string() }).optional(),
      /** The version of the cart that was refused: on another cart the problem is history. */
      cartVersion: z.int().optional(),
    })
    .optional(),
  /** What was typed, by field name. */
  values: z.record(z.string(), z.string()),
});

export type CheckoutDraft = z.output<typeof draftSchema>;

/** The fields that a person types or chooses; the hidden ones come fresh with the page. */
const keptFields = /^(email|shippingMethod|payment\.method|shippingAddress\.\w{1,20})$/;

/** Header that keeps a draft. One too large for a cookie keeps what fits: the problem first. */
export function keepDraftHeader(problem: CheckoutDraft['problem'], typed: Record<string, string>): string {
  const values = Object.fromEntries(Object.entries(typed).filter(([name]) => keptFields.test(name)));
  const whole = seal({ problem, values });
  return header(whole.length <= maxCookieBytes ? whole : seal({ problem, values: {} }), draftMaxAgeSeconds);
}

/** Header that forgets the draft, sent with every order that was placed. */
export function forgetDraftHeader(): string {
  return header('', 0);
}

/** A draft from its cookie's value, or undefined when there is none that makes sense. */
export function readCheckoutDraft(cookieValue: string | undefined): CheckoutDraft | undefined {
  if (!cookieValue) return undefined;
  try {
    const text = inflateRawSync(Buffer.from(cookieValue, 'base64url'), { maxOutputLength: 64 * 1024 });
    return draftSchema.safeParse(JSON.parse(text.toString())).data;
  } catch {
    // Cut short or tampered with by its own owner: there is simply no draft then.
    return undefined;
  }
}

function seal(draft: CheckoutDraft): string {
  return deflateRawSync(JSON.stringify(draft)).toString('base64url');
}

function header(value: string, maxAgeSeconds: number): string {
  return `${checkoutDraftCookie}=${value}; Path=/checkout; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
}
