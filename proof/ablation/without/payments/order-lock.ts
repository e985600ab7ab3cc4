import * as shop from '#lib/payments/payment-rows.ts';
import { rewriting } from '../rewriting.ts';

/** An order and its payments are read before they change, but not locked. */

export * from '#lib/payments/payment-rows.ts';

export const lockOrder: typeof shop.lockOrder = (tx, key) =>
  shop.lockOrder(rewriting(tx, { 'FOR UPDATE': '' }), key);
