import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { paymentTokenSchema } from '#lib/checkout/submission/schema.ts';
import { shortageSchema } from '#lib/orders/schema.ts';
import { isSecure } from '#lib/platform/env.ts';
import { problemCodes } from '#lib/platform/errors.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * What a shopper without JavaScript typed into a checkout that was refused, and why it was: kept
 * for a few minutes in a cookie of their own browser, so the page that they are sent back to can
 * show both. Nothing of it is stored on our side.
 *
 * It is signed for the shopper whose session the browser has. Another host of the domain can set this
 * cookie: with words of its own as the shop's, or with an address to which the goods would go.
 */
export const checkoutDraftCookie = 'once_checkout_draft';

/** Long enough to correct a form, short enough that a shared computer forgets an address. */
const draftMaxAgeSeconds = 15 * 60;

/** Browsers keep a cookie of up to 4,096 bytes, name and attributes included. */
export const maxCookieBytes = 3_800;

/** A sentence or two: what is left of an explanation when even that is too long for a cookie. */
const maxDetailCharacters = 400;

const purpose = 'once.checkout-draft.v1';

/** An HMAC in base64url, which the cookie's value begins with. */
const macCharacters = 43;

/** For whom a draft is: the shopper, or those who have no session. */
type For = string | undefined;

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
  /** When it was kept, in milliseconds since 1970: an order placed later has settled its problem. */
  keptAtMs: z.int(),
});

export type CheckoutDraft = z.output<typeof draftSchema>;
type Problem = NonNullable<CheckoutDraft['problem']>;

/** The fields that a person types or chooses; the hidden ones come fresh with the page. */
const keptFields =
  /^(email|shippingMethod|payment\.method|shippingAddress\.(name|line1|line2|city|region|postalCode|country))$/;

/** The cookie is signed and not encrypted: what is sent for a card and is none, such as its number, is not kept. */
function isKept(name: string, value: string): boolean {
  if (name === 'payment.token') return paymentTokenSchema.safeParse(value).success;
  return keptFields.test(name);
}

/** Header that keeps a draft. One too large for a cookie keeps what fits: the problem first. */
export function keepDraftHeader(
  shopper: For,
  problem: Problem | undefined,
  typed: Record<string, string>,
): string {
  const values = Object.fromEntries(Object.entries(typed).filter(([name, value]) => isKept(name, value)));
  return header(sealWithin(shopper, { problem, values, keptAtMs: Date.now() }), draftMaxAgeSeconds);
}

/** Comes to an end: a code, an explanation that was cut and the path of an order always fit. */
function sealWithin(shopper: For, draft: CheckoutDraft): string {
  const packed = deflateRawSync(JSON.stringify(draft)).toString('base64url');
  if (macCharacters + packed.length > maxCookieBytes) return sealWithin(shopper, smaller(draft));
  return sign(purpose, messageOf(shopper, packed)).toString('base64url') + packed;
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

/** A draft from its cookie's value, or undefined when there is none that the shop has made for this shopper. */
export function readCheckoutDraft(shopper: For, cookieValue: string | undefined): CheckoutDraft | undefined {
  if (!cookieValue) return undefined;
  const packed = cookieValue.slice(macCharacters);
  const mac = Buffer.from(cookieValue.slice(0, macCharacters), 'base64url');
  if (!signUnderAll(purpose, messageOf(shopper, packed)).some((one) => sameBytes(one, mac))) return undefined;
  const text = inflateRawSync(Buffer.from(packed, 'base64url'));
  // One of the release before or after this one may have another form.
  return draftSchema.safeParse(JSON.parse(text.toString())).data;
}

const messageOf = (shopper: For, packed: string): string => `${shopper ?? ''}\n${packed}`;

function header(value: string, maxAgeSeconds: number): string {
  const attributes = `Path=/checkout; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${checkoutDraftCookie}=${value}; ${attributes}${isSecure() ? '; Secure' : ''}`;
}
