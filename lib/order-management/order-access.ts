import { orderUrl } from '#lib/orders/order-request.ts';
import { siteUrl } from '#lib/platform/env.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * The signed part of a link that shows one order, read-only, in any browser. It contains the shopper's id,
 * which is needed to find the order, and its expiry time. Both are signed together with the order's id. The
 * shopper's id alone is no secret: a session needs a signature for another purpose, which no link contains.
 */
const purpose = 'once.order-access.v1';

/** Longer than shipping, a return and a refund take together. A shopper can request a new link later. */
const validDays = 180;

const idBytes = 16;
const timeBytes = 4;
const macBytes = 32;

export interface OrderAccess {
  userId: string;
  orderId: string;
  issuedAt: Date;
}

/** The order's page as a link for an email. */
export function orderAccessUrl(access: OrderAccess): string {
  const url = new URL(orderUrl(access.orderId), siteUrl());
  url.searchParams.set('access', sealOrderAccess(access));
  return url.href;
}

export function sealOrderAccess({ userId, orderId, issuedAt }: OrderAccess): string {
  const until = Math.floor(issuedAt.getTime() / 1_000) + validDays * 24 * 3_600;
  const time = Buffer.alloc(timeBytes);
  time.writeUInt32BE(until);
  const mac = sign(purpose, messageOf(orderId, userId, until));
  return Buffer.concat([Buffer.from(userId.replaceAll('-', ''), 'hex'), time, mac]).toString('base64url');
}

/** The id of the shopper whose order the link shows; undefined for a forged or expired link. */
export function openOrderAccess(sealed: string, orderId: string, now = new Date()): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length !== idBytes + timeBytes + macBytes) return undefined;
  const userId = uuidOf(bytes.subarray(0, idBytes));
  const until = bytes.readUInt32BE(idBytes);
  const given = bytes.subarray(idBytes + timeBytes);
  const macs = signUnderAll(purpose, messageOf(orderId, userId, until));
  return macs.some((mac) => sameBytes(mac, given)) && now.getTime() < until * 1_000 ? userId : undefined;
}

const messageOf = (orderId: string, userId: string, until: number): string =>
  `${orderId}\n${userId}\n${until}`;

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
