import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { findCheckoutField } from '#lib/checkout/checkout-fields.ts';
import { paymentTokenSchema } from '#lib/checkout/submission/schema.ts';
import { shortageSchema } from '#lib/orders/schema.ts';
import { isSecure } from '#lib/platform/env.ts';
import { problemCodes } from '#lib/platform/errors.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * The checkout draft: what a shopper without JavaScript typed into a refused checkout, and the reason for
 * the refusal. It is kept for a few minutes in a cookie, so that the checkout page can show both again. The
 * shop itself stores nothing.
 *
 * The draft is signed for the shopper of the browser's session, because another host of the domain can set
 * this cookie. It could show its own text as the shop's, or prefill its own shipping address.
 */
export const checkoutDraftCookie = 'once_checkout_draft';

/** Long enough to correct a form, short enough that an address does not stay on a shared computer. */
const draftMaxAgeSeconds = 15 * 60;

/** Browsers keep a cookie of up to 4,096 bytes, name and attributes included. */
export const maxCookieBytes = 3_800;

/** A sentence or two: the length to which a detail is cut when it is too long for a cookie. */
const maxDetailCharacters = 400;

const purpose = 'once.checkout-draft.v1';

/** Length of the HMAC in base64url at the beginning of the cookie's value. */
const macCharacters = 43;

/** The shopper of a draft; undefined for a browser without a session. */
type For = string | undefined;

const draftSchema = z.object({
  problem: z
    .object({
      code: z.enum(problemCodes),
      detail: z.string(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      items: z.array(shortageSchema).optional(),
      order: z.object({ url: z.string() }).optional(),
      /** The version of the refused cart. The problem does not apply to another version. */
      cartVersion: z.int().optional(),
    })
    .optional(),
  /** Typed values by field name. */
  values: z.record(z.string(), z.string()),
  /** When the draft was kept, in milliseconds since 1970. An order placed later makes it obsolete. */
  keptAtMs: z.int(),
});

export type CheckoutDraft = z.output<typeof draftSchema>;
type Problem = NonNullable<CheckoutDraft['problem']>;

/**
 * Keeps the fields that a person types or chooses. The page renders the hidden fields anew. The cookie is
 * signed but not encrypted, so an invalid payment token, e.g. a card number, is not kept.
 */
function isKept(name: string, value: string): boolean {
  const field = findCheckoutField(name)?.name;
  if (field === 'payment.token') return paymentTokenSchema.safeParse(value).success;
  return field !== undefined;
}

/** The header that keeps a draft. A draft too large for a cookie keeps its problem before its values. */
export function keepDraftHeader(
  shopper: For,
  problem: Problem | undefined,
  typed: Record<string, string>,
): string {
  const values = Object.fromEntries(Object.entries(typed).filter(([name, value]) => isKept(name, value)));
  return header(sealWithin(shopper, { problem, values, keptAtMs: Date.now() }), draftMaxAgeSeconds);
}

/** Terminates, because a code, a cut detail and the path of an order always fit. */
function sealWithin(shopper: For, draft: CheckoutDraft): string {
  const packed = deflateRawSync(JSON.stringify(draft)).toString('base64url');
  if (macCharacters + packed.length > maxCookieBytes) return sealWithin(shopper, smaller(draft));
  return sign(purpose, messageOf(shopper, packed)).toString('base64url') + packed;
}

/** The draft without its least important part. */
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

/** The header that deletes the draft, sent with every order that was placed. */
export function forgetDraftHeader(): string {
  return header('', 0);
}

/** Reads a draft from its cookie's value; undefined unless the shop has signed it for this shopper. */
export function readCheckoutDraft(shopper: For, cookieValue: string | undefined): CheckoutDraft | undefined {
  if (!cookieValue) return undefined;
  const packed = cookieValue.slice(macCharacters);
  const mac = Buffer.from(cookieValue.slice(0, macCharacters), 'base64url');
  if (!signUnderAll(purpose, messageOf(shopper, packed)).some((one) => sameBytes(one, mac))) return undefined;
  const text = inflateRawSync(Buffer.from(packed, 'base64url'));
  // A draft of the previous or next version may have another format.
  return draftSchema.safeParse(JSON.parse(text.toString())).data;
}

const messageOf = (shopper: For, packed: string): string => `${shopper ?? ''}\n${packed}`;

function header(value: string, maxAgeSeconds: number): string {
  const attributes = `Path=/checkout; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${checkoutDraftCookie}=${value}; ${attributes}${isSecure() ? '; Secure' : ''}`;
}
