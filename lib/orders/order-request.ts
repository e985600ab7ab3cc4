import type { OrderReceipt } from '#lib/orders/schema.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** A submission on its way to the order writer: its content, its shopper, and the identity of its order. */
export interface OrderRequest {
  userId: string;
  submitToken: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
  email: string;
  shippingMethod: string;
  shippingAddress: ShippingAddress;
  payment: { method: 'invoice' } | { method: 'card'; token: string };
  /** The shopper was warned of a possible duplicate and wants to order again. */
  confirmDuplicate: boolean;
  /** SHA-256 of the submission without the idempotency key and the duplicate confirmation. */
  bodyHash: string;
  /** Id and number for a new order. An existing order keeps its own. */
  orderId: string;
  orderNumber: string;
  /** With the network hash, counts unpaid orders beyond one shopper. Both are 64-bit integers in decimal. */
  emailHash: string;
  /** Undefined when the client's address is unknown. */
  networkHash: string | undefined;
  /** The span that waits for the decision, where the submission is traced. */
  traceparent?: string | undefined;
}

/** The fields of an order that never change. */
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
