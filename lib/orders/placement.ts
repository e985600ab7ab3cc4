import { hash } from 'node:crypto';
import { mailboxOf } from '#lib/email-address.ts';
import { networkOf } from '#lib/orders/network-of.ts';
import { orderNumberFrom } from '#lib/orders/order-number.ts';
import type { OrderReceipt, Submission } from '#lib/orders/schema.ts';
import { type Signer, sign } from '#lib/signing.ts';
import { uuid8From } from '#lib/uuid.ts';

/** A submission on its way to the order writer: whose it is, and the names its order would get. */
export interface Placement extends Submission {
  userId: string;
  /** SHA-256 of what was submitted, without the key and without the confirmation of a duplicate. */
  bodyHash: string;
  /** The order's id and number if this submission makes one. An order that exists keeps its own. */
  orderId: string;
  orderNumber: string;
  /** What unpaid orders are counted by besides the shopper: 64-bit integers in decimal. */
  emailHash: string;
  /** Undefined where the client's address is not known. */
  networkHash: string | undefined;
}

/** What never changes of an order. */
export interface Receipt {
  id: string;
  number: string;
  totalMinor: number;
  currency: string;
}

/**
 * Derives the order's id and number from the submit token, under the secret that made the token. A
 * database that was restored from a backup then gives the same submission the same order, and the
 * provider's idempotency key, which contains the id, meets the charge that was made before.
 */
export function placementOf(
  userId: string,
  submission: Submission,
  { signWith = sign, ip }: { signWith?: Signer | undefined; ip?: string | undefined } = {},
): Placement {
  const identity = signWith(orderPurpose, `${userId}|${submission.submitToken}`);
  return {
    ...submission,
    userId,
    bodyHash: hashBody(submission),
    orderId: uuid8From(identity),
    orderNumber: orderNumberFrom(identity.subarray(16)),
    emailHash: toInt64(hash('sha256', mailboxOf(submission.email), 'buffer')),
    networkHash: networkHashOf(ip, signWith),
  };
}

const orderPurpose = 'once.order.v1';
const networkPurpose = 'once.network.v1';

/** Keyed, because there are few enough addresses to try every hash of them. */
function networkHashOf(ip: string | undefined, signWith: Signer): string | undefined {
  const network = ip === undefined ? undefined : networkOf(ip);
  return network === undefined ? undefined : toInt64(signWith(networkPurpose, network));
}

const toInt64 = (bytes: Buffer): string => bytes.readBigInt64BE(0).toString();

/**
 * A JSON and a form post of the same order have the same hash: it is taken of what they mean. The
 * list is written out and carries a version, so that a field added later cannot turn a replay of an
 * old order into "the key was used for another submission".
 */
function hashBody({ shippingAddress: to, ...order }: Submission): string {
  const meaning = [
    order.cartId,
    order.cartVersion,
    order.totalMinor,
    order.currency,
    order.email,
    order.shippingMethod,
    [to.name, to.line1, to.line2, to.city, to.region, to.postalCode, to.country],
    order.payment.method,
    // Absent from an invoice, whose hash is what it was before there were cards.
    ...(order.payment.method === 'card' ? [order.payment.token] : []),
  ];
  return `v1.${hash('sha256', JSON.stringify(meaning), 'base64url')}`;
}

export function toOrderReceipt({ id, number, totalMinor, currency }: Receipt): OrderReceipt {
  return { id, number, totalMinor, currency, url: orderUrl(id), statusUrl: `/api/orders/${id}` };
}

export function orderUrl(id: string): string {
  return `/orders/${id}`;
}
