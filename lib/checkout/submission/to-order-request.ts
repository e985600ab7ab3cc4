import { hash } from 'node:crypto';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { orderNumberFrom } from '#lib/orders/order-number.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { networkOf } from '#lib/platform/http/network-of.ts';
import { type Signer, sign } from '#lib/platform/signing.ts';
import { mailboxOf } from '#lib/platform/text/email-address.ts';
import { uuid8From } from '#lib/platform/text/uuid.ts';

/**
 * Derives the order's id and number from the submit token, with the secret that made the token. So a
 * database restored from a backup gives the same submission the same order. The provider's idempotency key
 * contains the id, so it finds the charge that was made before.
 */
export function toOrderRequest(
  userId: string,
  submission: Submission,
  { signWith = sign, ip }: { signWith?: Signer | undefined; ip?: string | undefined } = {},
): OrderRequest {
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

/** Keyed, because there are few enough addresses to try the hash of each. */
function networkHashOf(ip: string | undefined, signWith: Signer): string | undefined {
  const network = ip === undefined ? undefined : networkOf(ip);
  return network === undefined ? undefined : toInt64(signWith(networkPurpose, network));
}

const toInt64 = (bytes: Buffer): string => bytes.readBigInt64BE(0).toString();

/**
 * Hashes the meaning of a submission, so a JSON post and a form post of the same order have the same hash.
 * The list of fields is explicit and has a version. So a field added later cannot turn a replay of an old
 * order into "the key was used for another submission".
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
    // Absent for an invoice, so that its hash is the same as before cards existed.
    ...(order.payment.method === 'card' ? [order.payment.token] : []),
  ];
  return `v1.${hash('sha256', JSON.stringify(meaning), 'base64url')}`;
}
