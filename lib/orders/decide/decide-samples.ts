import type { CartSnapshot, Snapshot } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';
import { type CartToPrice, price } from '#lib/pricing/price.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

/** A submission for a cart, and a shop without limits, for the tests of `decide`. */

const zero = { invoices: 0, cards: 0, units: 0, invoicedMinor: 0 };

export const noLimits: Pick<Snapshot, 'unpaid' | 'policy'> = {
  unpaid: [],
  policy: {
    invoiceMaxMinor: maxTotalMinor,
    invoiceHoldDays: 14,
    orderMaxUnits: 0,
    shopper: zero,
    email: zero,
    network: zero,
  },
};

export const totalOf = (cart: CartToPrice) =>
  price(cart, { shippingMethod: 'standard', country: 'US' }, firstRules)?.totals.totalMinor ?? 0;

let orderIds = 0;

export function orderRequest(cart: CartSnapshot, change: Partial<OrderRequest> = {}): OrderRequest {
  orderIds += 1;
  return {
    userId: cart.userId,
    submitToken: `t-${cart.userId}-${cart.id}-${cart.version}`,
    cartId: cart.id,
    cartVersion: cart.version,
    totalMinor: totalOf(cart),
    currency: 'USD',
    email: 'a@b.example',
    shippingMethod: 'standard',
    shippingAddress: {
      name: 'A',
      line1: '1 Street',
      line2: null,
      city: 'Town',
      region: null,
      postalCode: '1',
      country: 'US',
    },
    payment: { method: 'invoice' },
    confirmDuplicate: false,
    bodyHash: 'body-1',
    orderId: `o-${orderIds}`,
    orderNumber: `n-${orderIds}`,
    emailHash: '1',
    networkHash: undefined,
    ...change,
  };
}
