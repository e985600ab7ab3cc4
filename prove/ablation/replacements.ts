/**
 * The guards that are code, each with the module that it lives in and what takes the module's place
 * in the test build: the same exports without the guard. The compiler checks that nothing is missing.
 */

type Load<Module> = () => Promise<Module>;

interface Replacement {
  /** The module of the shop, from the root of the repository. */
  of: string;
  load: Load<unknown>;
}

export const replacements = {
  claim: {
    of: 'lib/orders/claim.ts',
    load: (() => import('./without/claim.ts')) satisfies Load<typeof import('#lib/orders/claim.ts')>,
  },
  lock: {
    of: 'lib/orders/claim.ts',
    load: (() => import('./without/lock.ts')) satisfies Load<typeof import('#lib/orders/claim.ts')>,
  },
  lease: {
    of: 'lib/orders/claim.ts',
    load: (() => import('./without/lease.ts')) satisfies Load<typeof import('#lib/orders/claim.ts')>,
  },
  singleFlight: {
    of: 'lib/orders/single-flight.ts',
    load: (() => import('./without/single-flight.ts')) satisfies Load<
      typeof import('#lib/orders/single-flight.ts')
    >,
  },
  rateLimit: {
    of: 'lib/orders/rate-limit.ts',
    load: (() => import('./without/rate-limit.ts')) satisfies Load<
      typeof import('#lib/orders/rate-limit.ts')
    >,
  },
  session: {
    of: 'lib/session.ts',
    load: (() => import('./without/session.ts')) satisfies Load<typeof import('#lib/session.ts')>,
  },
  tokenProof: {
    of: 'lib/orders/submit-token.ts',
    load: (() => import('./without/token-proof.ts')) satisfies Load<
      typeof import('#lib/orders/submit-token.ts')
    >,
  },
  cartId: {
    of: 'lib/cart/get-cart.ts',
    load: (() => import('./without/cart-id.ts')) satisfies Load<typeof import('#lib/cart/get-cart.ts')>,
  },
  cartVersion: {
    of: 'lib/orders/decide.ts',
    load: (() => import('./without/cart-version.ts')) satisfies Load<typeof import('#lib/orders/decide.ts')>,
  },
  cartTotal: {
    of: 'lib/orders/decide.ts',
    load: (() => import('./without/cart-total.ts')) satisfies Load<typeof import('#lib/orders/decide.ts')>,
  },
  cartStatus: {
    of: 'lib/orders/decide.ts',
    load: (() => import('./without/cart-status.ts')) satisfies Load<typeof import('#lib/orders/decide.ts')>,
  },
  stockLook: {
    of: 'lib/orders/decide.ts',
    load: (() => import('./without/stock-look.ts')) satisfies Load<typeof import('#lib/orders/decide.ts')>,
  },
  unpaidCount: {
    of: 'lib/orders/decide.ts',
    load: (() => import('./without/unpaid-count.ts')) satisfies Load<typeof import('#lib/orders/decide.ts')>,
  },
  orderIdentity: {
    of: 'lib/orders/placement.ts',
    load: (() => import('./without/order-identity.ts')) satisfies Load<
      typeof import('#lib/orders/placement.ts')
    >,
  },
  doneLook: {
    of: 'lib/orders/find-replayed-order.ts',
    load: (() => import('./without/done-look.ts')) satisfies Load<
      typeof import('#lib/orders/find-replayed-order.ts')
    >,
  },
  standingOrder: {
    of: 'lib/orders/find-orders.ts',
    load: (() => import('./without/standing-order.ts')) satisfies Load<
      typeof import('#lib/orders/find-orders.ts')
    >,
  },
  replayCharges: {
    of: 'lib/orders/charge-if-due.ts',
    load: (() => import('./without/replay-charges.ts')) satisfies Load<
      typeof import('#lib/orders/charge-if-due.ts')
    >,
  },
  providerKey: {
    of: 'lib/payments/payment-provider.ts',
    load: (() => import('./without/provider-key.ts')) satisfies Load<
      typeof import('#lib/payments/payment-provider.ts')
    >,
  },
  fence: {
    of: 'lib/payments/payment-provider.ts',
    load: (() => import('./without/fence.ts')) satisfies Load<
      typeof import('#lib/payments/payment-provider.ts')
    >,
  },
  callOff: {
    of: 'lib/payments/call-off-payment.ts',
    load: (() => import('./without/call-off.ts')) satisfies Load<
      typeof import('#lib/payments/call-off-payment.ts')
    >,
  },
  orderLock: {
    of: 'lib/payments/payment-rows.ts',
    load: (() => import('./without/order-lock.ts')) satisfies Load<
      typeof import('#lib/payments/payment-rows.ts')
    >,
  },
  paymentVersion: {
    of: 'lib/payments/payment-rows.ts',
    load: (() => import('./without/payment-version.ts')) satisfies Load<
      typeof import('#lib/payments/payment-rows.ts')
    >,
  },
  orderVersion: {
    of: 'lib/orders/change-order.ts',
    load: (() => import('./without/order-version.ts')) satisfies Load<
      typeof import('#lib/orders/change-order.ts')
    >,
  },
} as const satisfies Record<string, Replacement>;

export type Replaceable = keyof typeof replacements;

export const isReplaceable = (name: string): name is Replaceable => Object.hasOwn(replacements, name);

/** The file of a replacement, beside this one: `singleFlight` is `without/single-flight.ts`. */
export const replacementFile = (name: Replaceable): string =>
  `without/${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
