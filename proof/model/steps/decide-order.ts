import { type Decision, decide, type LineSnapshot, type OrderSnapshot } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import type { UnpaidPolicy } from '#lib/orders/unpaid/unpaid-limits.ts';
import { price } from '#lib/pricing/price.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import type { Order, State, World } from '#proof/model/state.ts';

/**
 * The model's writer calls the shop's own `decide`. The model supplies its inputs. If a guard is
 * removed, the input is what `decide` would see without that guard's check.
 */

const customer = {
  email: 'a@b.example',
  shippingAddress: {
    name: 'A. Shopper',
    line1: '1 Street',
    line2: null,
    city: 'Town',
    region: null,
    postalCode: '10001',
    country: 'US',
  },
  currency: 'USD',
  confirmDuplicate: true,
} as const;

/** The model has few shoppers and no attackers. Limits on unpaid orders are tested with the real database. */
const open = { invoices: 0, cards: 0, units: 0, invoicedMinor: 0 };
const policy: UnpaidPolicy = {
  invoiceMaxMinor: Number.MAX_SAFE_INTEGER,
  invoiceHoldDays: 14,
  orderMaxUnits: 0,
  shopper: open,
  email: open,
  network: open,
};
const noLimits = { unpaid: [], policy };

/** Two methods, so that two tabs can have different totals. */
const rules: PricingRules = {
  version: 1,
  currency: 'USD',
  homeCountry: 'US',
  countries: [{ code: 'US', name: 'United States', zone: 'domestic', taxBasisPoints: 0 }],
  shippingMethods: [
    { id: 'standard', label: 'Standard', deliveryDays: null },
    { id: 'express', label: 'Express', deliveryDays: null },
  ],
  shippingRates: [
    { zone: 'domestic', method: 'standard', priceMinor: 499, freeFromMinor: null },
    { zone: 'domestic', method: 'express', priceMinor: 1_299, freeFromMinor: null },
  ],
};

/** An edit swaps one product for another of the same price, so that the total does not reveal it. */
const linesOf = (version: number): LineSnapshot[] => [
  { sku: 'LAST-ONE', title: 'The last unit', quantity: 1, unitPriceMinor: 2_000, currency: 'USD' },
  {
    sku: `RIBBON-${version}`,
    title: 'Another colour each time',
    quantity: 1,
    unitPriceMinor: 300,
    currency: 'USD',
  },
];

export function decideOrder(state: State, { scenario, dropped }: World, number: number): Decision {
  const orderRequest = toOrderRequest({ scenario, dropped }, number);
  const { cart: cartNumber } = submissionOf(scenario, number);
  const cart = state.carts[cartNumber];
  if (!cart) throw new Error(`there is no cart ${cartNumber}`);
  const looks = !dropped.has('existingOrder');
  const snapshot = {
    userId: orderRequest.userId,
    id: orderRequest.cartId,
    version: dropped.has('cartVersion') ? orderRequest.cartVersion : cart.version,
    status: looks && cart.ordered ? ('ordered' as const) : ('open' as const),
    currency: 'USD',
    lines: linesOf(cart.version),
  };
  const left = dropped.has('stockLook') ? 99 : state.left;
  const stock = new Map(linesOf(cart.version).map(({ sku }) => [sku, sku === 'LAST-ONE' ? left : 99]));
  // Only this cart's orders. In the shop a recent order of another cart is also seen, but only for ten
  // minutes, and that protects no promise.
  const orders = looks ? state.orders.filter((order) => order.cart === cartNumber) : [];
  const snapshots = orders.map((order) => orderSnapshot({ scenario, dropped }, state, order));
  const [decision] = decide({ carts: [snapshot], orders: snapshots, stock, ...noLimits, rules }, [
    orderRequest,
  ]).decisions;
  if (!decision) throw new Error('every submission is decided');
  return decision;
}

export function orderSnapshot(world: World, state: State, order: Order): OrderSnapshot {
  const { userId, bodyHash } = toOrderRequest(world, order.submission);
  return {
    id: String(state.orders.indexOf(order)),
    number: '',
    totalMinor: 0,
    currency: 'USD',
    userId,
    cartId: `cart ${order.cart}`,
    submitToken: `token ${order.token}`,
    bodyHash,
    linesHash: '',
    accepted: order.accepted,
    recent: false,
  };
}

export function toOrderRequest({ scenario }: World, number: number): OrderRequest {
  const submission = submissionOf(scenario, number);
  const { cart, version, shipping, card } = submission;
  const choice = { shippingMethod: shipping, country: customer.shippingAddress.country };
  const totals = price({ currency: 'USD', lines: linesOf(version) }, choice, rules)?.totals;
  if (!totals) throw new Error(`the model has no shipping method ${shipping}`);
  return {
    ...customer,
    userId: `shopper ${scenario.carts[cart]?.shopper}`,
    cartId: `cart ${cart}`,
    cartVersion: version,
    submitToken: `token ${tokenOf(scenario, number)}`,
    bodyHash: `body ${number}`,
    totalMinor: totals.totalMinor,
    shippingMethod: shipping,
    payment: card === 'invoice' ? { method: 'invoice' } : { method: 'card', token: card },
    orderId: 'new',
    orderNumber: '',
    emailHash: '0',
    networkHash: undefined,
  };
}

export const tokenOf = (scenario: World['scenario'], number: number): number =>
  submissionOf(scenario, number).tokenOf ?? number;

export function submissionOf({ submissions }: World['scenario'], number: number) {
  const submission = submissions[number];
  if (!submission) throw new Error(`there is no submission ${number}`);
  return submission;
}

export function shopperOf({ scenario }: World, submission: number): number {
  return scenario.carts[submissionOf(scenario, submission).cart]?.shopper ?? 0;
}
