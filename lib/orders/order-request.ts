import type { OrderReceipt } from '#lib/orders/schema.ts';
import type { ShippingMethodId } from '#lib/shipping/methods.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** A submission on its way to the order writer: what was submitted, whose it is, and its order's identity. */
export interface OrderRequest {
  userId: string;
  submitToken: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
  email: string;
  shippingMethod: ShippingMethodId;
  shippingAddress: ShippingAddress;
  payment: { method: 'invoice' } | { method: 'card'; token: string };
  /** The shopper was told that they may have bought this already, and wants it again. */
  confirmDuplicate: boolean;
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

export function toOrderReceipt({ id, number, totalMinor, currency }: Receipt): OrderReceipt {
  return { id, number, totalMinor, currency, url: orderUrl(id), statusUrl: `/api/orders/${id}` };
}

export function orderUrl(id: string): string {
  return `/orders/${id}`;
}
