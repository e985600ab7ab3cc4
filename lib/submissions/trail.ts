import type { Span } from '@opentelemetry/api';

/**
 * The trail of one request that submits a checkout or an attempt to pay. Each layer writes its name before it
 * works, so the last name is the layer that answered.
 */

export const layers = [
  'gateway',
  'single_flight',
  'redis',
  'database',
  'order_writer',
  'attempt_writer',
  'unique_key',
] as const;

export type Layer = (typeof layers)[number];

/** What was submitted: a checkout, or an attempt to pay an existing order. */
export type Submitted =
  | { userId: string; submitToken: string; cartId: string }
  | { userId: string; orderId: string; attempt: number };

export interface Trail {
  layer: Layer;
  /**
   * Set once the submission is known to be genuine: the shop has made its token, or the order is the shopper's.
   * Only such requests are recorded, because anyone can send any number of others.
   */
  submitted?: Submitted;
  /** The order that the answer names. */
  orderId?: string;
  /** Whether this request made the order or the attempt. */
  made?: boolean;
  /** The client's address, of which only the network is kept. */
  ip?: string | undefined;
  /** Of a request that is traced. */
  span?: Span | undefined;
}

/** The layer until another one takes the request. */
export const newTrail = (): Trail => ({ layer: 'gateway' });
