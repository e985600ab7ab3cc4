import * as shop from '#lib/payments/payment-rows.ts';
import { rewriting } from '../rewriting.ts';

/** A payment's version never changes, and is not compared when the row is written. */

export * from '#lib/payments/payment-rows.ts';

const timeless = (payment: shop.PaymentRow): shop.PaymentRow => ({ ...payment, version: 1 });

export const readPayment: typeof shop.readPayment = async (tx, key) => {
  const payment = await shop.readPayment(tx, key);
  return payment && timeless(payment);
};

export const lockOrder: typeof shop.lockOrder = async (tx, key) => {
  const locked = await shop.lockOrder(tx, key);
  return locked && { ...locked, payments: locked.payments.map(timeless) };
};

/** A comparison that is always true, with the same parameters. */
const anyVersion = { 'AND version = ': 'AND version <> - ' };

export const changePayment: typeof shop.changePayment = (tx, payment, change) =>
  shop.changePayment(rewriting(tx, anyVersion), payment, change);
