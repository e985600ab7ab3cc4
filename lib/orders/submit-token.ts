import { sameBytes, sign, signUnderAll } from '#lib/signing.ts';

/** What a submit token stands for: one state of one shopper's cart at one price. */
export interface Checkout {
  userId: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
}

const purpose = 'once.submit-token.v1';

/**
 * The submit token of a checkout: a version-8 UUID (RFC 9562 §5.8) whose 122 free bits are an
 * HMAC over the checkout. It is the same after a reload, in a second tab and after the Back
 * button, belongs to one shopper, needs no storage, and dies when the cart or the total changes.
 */
export function submitTokenFor(checkout: Checkout): string {
  return toUuid8(sign(purpose, message(checkout)));
}

/** Whether a token is the one of this checkout, under the current secret or an earlier one. */
export function isSubmitTokenOf(token: string, checkout: Checkout): boolean {
  const given = Buffer.from(token);
  return signUnderAll(purpose, message(checkout)).some((mac) => sameBytes(Buffer.from(toUuid8(mac)), given));
}

function message({ userId, cartId, cartVersion, totalMinor, currency }: Checkout): string {
  return [userId, cartId, cartVersion, totalMinor, currency].join('|');
}

function toUuid8(mac: Buffer): string {
  const bytes = Buffer.from(mac.subarray(0, 16));
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80; // version 8
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80; // variant 10
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
