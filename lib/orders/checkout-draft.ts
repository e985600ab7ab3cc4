import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { isSecure } from '#lib/env.ts';
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
export const maxCookieBytes = 3_800;

/** A sentence or two: what is left of an explanation when even that is too long for a cookie. */
const maxDetailCharacters = 400;

/** The page of an order of this shop. The cookie isn't signed, and the page links to what it says. */
const orderPath = /^\/orders\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const draftSchema = z.object({
  problem: z
    .object({
      code: z.enum(problemCodes),
      detail: z.string(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      items: z.array(shortageSchema).optional(),
      order: z.object({ url: z.string().regex(orderPath) }).optional(),
      /** The version of the cart that was refused: on another cart the problem is history. */
      cartVersion: z.int().optional(),
    })
    .optional(),
  /** What was typed, by field name. */
  values: z.record(z.string(), z.string()),
  /** When it was kept, in milliseconds since 1970: an order placed later has settled its problem. */
  keptAtMs: z.int(),
});

export type CheckoutDraft = z.output<typeof draftSchema>;
type Problem = NonNullable<CheckoutDraft['problem']>;

/** The fields that a person types or chooses; the hidden ones come fresh with the page. */
const keptFields =
  /^(email|shippingMethod|payment\.(method|token)|shippingAddress\.(name|line1|line2|city|region|postalCode|country))$/;

/** Header that keeps a draft. One too large for a cookie keeps what fits: the problem first. */
export function keepDraftHeader(problem: Problem | undefined, typed: Record<string, string>): string {
  const values = Object.fromEntries(Object.entries(typed).filter(([name]) => keptFields.test(name)));
  return header(sealWithin({ problem, values, keptAtMs: Date.now() }), draftMaxAgeSeconds);
}

/** Comes to an end: a code, an explanation that was cut and the path of an order always fit. */
function sealWithin(draft: CheckoutDraft): string {
  const sealed = seal(draft);
  return sealed.length > maxCookieBytes ? sealWithin(smaller(draft)) : sealed;
}

/** A draft without the part of it that is missed least. */
function smaller(draft: CheckoutDraft): CheckoutDraft {
  const { problem, values } = draft;
  const [largest] = Object.entries(values).toSorted(([, a], [, b]) => b.length - a.length);
  if (!largest) return { ...draft, problem: problem && shorter(problem) };
  const { [largest[0]]: _, ...others } = values;
  return { ...draft, values: others };
}

function shorter(problem: Problem): Problem {
  const { items = [], fields = [], detail } = problem;
  if (items.length > 0) return { ...problem, items: half(items) };
  if (fields.length > 0) return { ...problem, fields: half(fields) };
  return { ...problem, detail: `${detail.slice(0, maxDetailCharacters)}…` };
}

const half = <T>(list: T[]): T[] => list.slice(0, Math.floor(list.length / 2));

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
  const attributes = `Path=/checkout; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${checkoutDraftCookie}=${value}; ${attributes}${isSecure() ? '; Secure' : ''}`;
}
