/**
 * The guards that are code, each with its module and the replacement for the test build. A replacement
 * has the same exports without the guard. The compiler checks that none is missing.
 */

type Load<Module> = () => Promise<Module>;

interface Replacement {
  /** The module of the shop, from the root of the repository. */
  of: string;
  load: Load<unknown>;
}

/** By what they protect, which is also their folder below `without`. */
const byFolder = {
  request: {
    claim: {
      of: 'lib/checkout/gateway/claim.ts',
      load: (() => import('#proof/ablation/without/request/claim.ts')) satisfies Load<
        typeof import('#lib/checkout/gateway/claim.ts')
      >,
    },
    lock: {
      of: 'lib/checkout/gateway/claim.ts',
      load: (() => import('#proof/ablation/without/request/lock.ts')) satisfies Load<
        typeof import('#lib/checkout/gateway/claim.ts')
      >,
    },
    lease: {
      of: 'lib/checkout/gateway/claim.ts',
      load: (() => import('#proof/ablation/without/request/lease.ts')) satisfies Load<
        typeof import('#lib/checkout/gateway/claim.ts')
      >,
    },
    singleFlight: {
      of: 'lib/checkout/gateway/single-flight.ts',
      load: (() => import('#proof/ablation/without/request/single-flight.ts')) satisfies Load<
        typeof import('#lib/checkout/gateway/single-flight.ts')
      >,
    },
    rateLimit: {
      of: 'lib/checkout/gateway/rate-limit.ts',
      load: (() => import('#proof/ablation/without/request/rate-limit.ts')) satisfies Load<
        typeof import('#lib/checkout/gateway/rate-limit.ts')
      >,
    },
    session: {
      of: 'lib/platform/session/session.ts',
      load: (() => import('#proof/ablation/without/request/session.ts')) satisfies Load<
        typeof import('#lib/platform/session/session.ts')
      >,
    },
    tokenProof: {
      of: 'lib/checkout/submission/submit-token.ts',
      load: (() => import('#proof/ablation/without/request/token-proof.ts')) satisfies Load<
        typeof import('#lib/checkout/submission/submit-token.ts')
      >,
    },
  },
  carts: {
    cartId: {
      of: 'lib/cart/get-cart.ts',
      load: (() => import('#proof/ablation/without/carts/cart-id.ts')) satisfies Load<
        typeof import('#lib/cart/get-cart.ts')
      >,
    },
    cartVersion: {
      of: 'lib/orders/decide/decide.ts',
      load: (() => import('#proof/ablation/without/carts/cart-version.ts')) satisfies Load<
        typeof import('#lib/orders/decide/decide.ts')
      >,
    },
    cartTotal: {
      of: 'lib/orders/decide/decide.ts',
      load: (() => import('#proof/ablation/without/carts/cart-total.ts')) satisfies Load<
        typeof import('#lib/orders/decide/decide.ts')
      >,
    },
    cartStatus: {
      of: 'lib/orders/decide/decide.ts',
      load: (() => import('#proof/ablation/without/carts/cart-status.ts')) satisfies Load<
        typeof import('#lib/orders/decide/decide.ts')
      >,
    },
  },
  orders: {
    stockLook: {
      of: 'lib/orders/decide/decide.ts',
      load: (() => import('#proof/ablation/without/orders/stock-look.ts')) satisfies Load<
        typeof import('#lib/orders/decide/decide.ts')
      >,
    },
    rulesVersion: {
      of: 'lib/pricing/current-rules.ts',
      load: (() => import('#proof/ablation/without/orders/rules-version.ts')) satisfies Load<
        typeof import('#lib/pricing/current-rules.ts')
      >,
    },
    planCheck: {
      of: 'lib/orders/batch/assert-plan.ts',
      load: (() => import('#proof/ablation/without/orders/plan-check.ts')) satisfies Load<
        typeof import('#lib/orders/batch/assert-plan.ts')
      >,
    },
    unpaidCount: {
      of: 'lib/orders/decide/decide.ts',
      load: (() => import('#proof/ablation/without/orders/unpaid-count.ts')) satisfies Load<
        typeof import('#lib/orders/decide/decide.ts')
      >,
    },
    orderIdentity: {
      of: 'lib/checkout/submission/to-order-request.ts',
      load: (() => import('#proof/ablation/without/orders/order-identity.ts')) satisfies Load<
        typeof import('#lib/checkout/submission/to-order-request.ts')
      >,
    },
    doneLook: {
      of: 'lib/orders/batch/find-replayed-order.ts',
      load: (() => import('#proof/ablation/without/orders/done-look.ts')) satisfies Load<
        typeof import('#lib/orders/batch/find-replayed-order.ts')
      >,
    },
    existingOrder: {
      of: 'lib/orders/read/find-orders.ts',
      load: (() => import('#proof/ablation/without/orders/existing-order.ts')) satisfies Load<
        typeof import('#lib/orders/read/find-orders.ts')
      >,
    },
    releaseInEnd: {
      of: 'lib/stock/release-stock.ts',
      load: (() => import('#proof/ablation/without/orders/release-in-end.ts')) satisfies Load<
        typeof import('#lib/stock/release-stock.ts')
      >,
    },
  },
  payments: {
    replayCharges: {
      of: 'lib/checkout/charge-if-due.ts',
      load: (() => import('#proof/ablation/without/payments/replay-charges.ts')) satisfies Load<
        typeof import('#lib/checkout/charge-if-due.ts')
      >,
    },
    cancelCharge: {
      of: 'lib/payments/cancel-declined-charge.ts',
      load: (() => import('#proof/ablation/without/payments/cancel-charge.ts')) satisfies Load<
        typeof import('#lib/payments/cancel-declined-charge.ts')
      >,
    },
    providerKey: {
      of: 'lib/payment-provider/payment-provider.ts',
      load: (() => import('#proof/ablation/without/payments/provider-key.ts')) satisfies Load<
        typeof import('#lib/payment-provider/payment-provider.ts')
      >,
    },
    spendKey: {
      of: 'lib/payment-provider/payment-provider.ts',
      load: (() => import('#proof/ablation/without/payments/spend-key.ts')) satisfies Load<
        typeof import('#lib/payment-provider/payment-provider.ts')
      >,
    },
    orderLock: {
      of: 'lib/payments/payment-rows.ts',
      load: (() => import('#proof/ablation/without/payments/order-lock.ts')) satisfies Load<
        typeof import('#lib/payments/payment-rows.ts')
      >,
    },
    paymentVersion: {
      of: 'lib/payments/payment-rows.ts',
      load: (() => import('#proof/ablation/without/payments/payment-version.ts')) satisfies Load<
        typeof import('#lib/payments/payment-rows.ts')
      >,
    },
    orderVersion: {
      of: 'lib/orders/change-order.ts',
      load: (() => import('#proof/ablation/without/payments/order-version.ts')) satisfies Load<
        typeof import('#lib/orders/change-order.ts')
      >,
    },
  },
  books: {
    oneRun: {
      of: 'lib/platform/database/db.ts',
      load: (() => import('#proof/ablation/without/books/one-run.ts')) satisfies Load<
        typeof import('#lib/platform/database/db.ts')
      >,
    },
    discrepancyKey: {
      of: 'lib/platform/database/db.ts',
      load: (() => import('#proof/ablation/without/books/discrepancy-key.ts')) satisfies Load<
        typeof import('#lib/platform/database/db.ts')
      >,
    },
    entryKey: {
      of: 'lib/platform/database/db.ts',
      load: (() => import('#proof/ablation/without/books/entry-key.ts')) satisfies Load<
        typeof import('#lib/platform/database/db.ts')
      >,
    },
    closeKey: {
      of: 'lib/platform/database/db.ts',
      load: (() => import('#proof/ablation/without/books/close-key.ts')) satisfies Load<
        typeof import('#lib/platform/database/db.ts')
      >,
    },
    recordKey: {
      of: 'lib/platform/database/db.ts',
      load: (() => import('#proof/ablation/without/books/record-key.ts')) satisfies Load<
        typeof import('#lib/platform/database/db.ts')
      >,
    },
    discrepancyId: {
      of: 'lib/reconciliation/discrepancy.ts',
      load: (() => import('#proof/ablation/without/books/discrepancy-id.ts')) satisfies Load<
        typeof import('#lib/reconciliation/discrepancy.ts')
      >,
    },
    runFence: {
      of: 'lib/reconciliation/runs.ts',
      load: (() => import('#proof/ablation/without/books/run-fence.ts')) satisfies Load<
        typeof import('#lib/reconciliation/runs.ts')
      >,
    },
    acceptVersion: {
      of: 'lib/reconciliation/record.ts',
      load: (() => import('#proof/ablation/without/books/accept-version.ts')) satisfies Load<
        typeof import('#lib/reconciliation/record.ts')
      >,
    },
  },
} as const satisfies Record<string, Record<string, Replacement>>;

export const replacements = {
  ...byFolder.request,
  ...byFolder.carts,
  ...byFolder.orders,
  ...byFolder.payments,
  ...byFolder.books,
};

export type Replaceable = keyof typeof replacements;

export const isReplaceable = (name: string): name is Replaceable => Object.hasOwn(replacements, name);

/** The file of a replacement, beside this one: `singleFlight` is `without/request/single-flight.ts`. */
export function replacementFile(name: Replaceable): string {
  const [folder] = Object.entries(byFolder).find(([, replaced]) => Object.hasOwn(replaced, name)) ?? [];
  return `without/${folder}/${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}
