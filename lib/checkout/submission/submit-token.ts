import { type Signer, sameBytes, sign, signers } from '#lib/platform/signing.ts';
import { uuid8From } from '#lib/platform/text/uuid.ts';

/** The checkout that a submit token identifies: one version of one shopper's cart at one total. */
export interface Checkout {
  userId: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
}

const purpose = 'once.submit-token.v1';

/**
 * The submit token of a checkout: a version-8 UUID whose 122 free bits are an HMAC over the checkout. The
 * token is the same after a reload, in a second tab and after the Back button. It belongs to one shopper,
 * needs no storage, and becomes invalid when the cart or the total changes.
 */
export function submitTokenFor(checkout: Checkout): string {
  return uuid8From(sign(purpose, message(checkout)));
}

/**
 * The signer that made this token for this checkout, with the current secret or an earlier one. Undefined
 * when the token does not belong to the checkout.
 */
export function signerOf(token: string, checkout: Checkout): Signer | undefined {
  const given = Buffer.from(token);
  const text = message(checkout);
  return signers().find((signWith) => sameBytes(Buffer.from(uuid8From(signWith(purpose, text))), given));
}

function message({ userId, cartId, cartVersion, totalMinor, currency }: Checkout): string {
  return [userId, cartId, cartVersion, totalMinor, currency].join('|');
}
