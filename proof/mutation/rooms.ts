/** Files that are mutated together, with the test files that should detect the mutants. */
export interface Room {
  name: string;
  mutate: string[];
  tests: string[];
  /** Kinds of mutants that are left out. */
  without: string[];
  /** Milliseconds beyond a few times a test's usual duration. After that the test has timed out. */
  patienceMs: number;
}

const inFolder = (folder: string, names: string) => names.split(' ').map((name) => `${folder}/${name}.ts`);

/** Pure code, and code that only calls the provider, which is a stub in its tests. */
const pure = [
  ...inFolder('lib/orders', 'order-number'),
  ...inFolder('lib/orders/decide', 'decide'),
  ...inFolder('lib/platform', 'deadline'),
  ...inFolder('lib/checkout/submission', 'to-order-request submit-token'),
  ...inFolder('lib/orders/batch', 'batch-queue assert-plan'),
  ...inFolder('lib/checkout/gateway', 'single-flight'),
  ...inFolder('lib/checkout', 'checkout-draft'),
  ...inFolder('lib/platform/http', 'network-of'),
  ...inFolder('lib/payments/settling', 'settle'),
  ...inFolder('lib/payment-provider', 'provider'),
  ...inFolder('lib/payment-provider/stripe', 'stripe-shapes'),
  ...inFolder('lib/payments', 'query-charge'),
];

/**
 * String literals in code with I/O are SQL, Lua, and texts for shoppers and operators. An emptied
 * statement fails immediately and would tell nothing; the texts are not guarded.
 */
const withoutTexts = ['StringLiteral'];

/** Long enough that a busy machine does not look like a detected mutant. Pure code waits for nothing. */
const patienceMs = { pure: 15_000, withDatabase: 60_000 };

/** In this order: pure code first, because its tests take milliseconds. */
export const rooms: Room[] = [
  {
    name: 'rules',
    mutate: pure,
    tests: [
      ...pure.map((file) => file.replace('.ts', '.test.ts')),
      ...inFolder('lib/orders/decide', 'decide-cases.test'),
      ...inFolder('lib/payments', 'query-charge-cancel.test'),
      ...inFolder('lib/payments/settling', 'settle-table.test'),
    ],
    without: [],
    patienceMs: patienceMs.pure,
  },
  {
    name: 'order',
    mutate: [
      ...inFolder('lib/checkout', 'submit-order charge-if-due'),
      ...inFolder('lib/checkout/gateway', 'claim with-claim in-progress'),
      ...inFolder('lib/orders/batch', 'order-writer write-orders new-rows'),
      ...inFolder('lib/orders/read', 'find-orders find-existing-order'),
      ...inFolder('lib/orders', 'order-rows change-order'),
    ],
    tests: [
      'lib/orders/batch/write-orders.test.ts',
      ...inFolder('tests/checkout', 'one-order.test claim.test duplicates-wait.test'),
      ...inFolder('tests/orders', 'order-writer.test change-order.test'),
      ...inFolder('tests/contract', 'contract.test'),
      ...inFolder('tests/payments', 'card-payments.test races-card.test'),
    ],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'payment',
    mutate: [
      ...inFolder('lib/payments', 'charge-attempt payment-rows sweep-payments'),
      ...inFolder('lib/payments/events', 'receive-event'),
      ...inFolder('lib/payments/settling', 'settle-payment settle-refund'),
      ...inFolder('lib/order-management', 'cancel-order refund-order request-refunds end-order'),
      ...inFolder('lib/order-management', 'fulfil-order expire-holds'),
      ...inFolder('lib/stock', 'release-stock take-stock'),
    ],
    tests: [
      ...inFolder('tests/payments/settling', 'settle-payment.test settle-refund.test'),
      ...inFolder('tests/payments', 'card-payments.test races-card.test unknown-payments.test'),
      ...inFolder('tests/payments/events', 'payment-webhooks.test'),
      ...inFolder('tests/order-management', 'cancel-order.test refund-order.test expire-holds.test'),
      ...inFolder('tests/order-management', 'manual-capture.test'),
      ...inFolder('tests/orders', 'take-stock.test'),
    ],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'provider',
    mutate: ['lib/payment-provider/stripe/stripe.ts'],
    tests: [
      ...inFolder('tests/payment-provider', 'stripe.test'),
      ...inFolder('tests/payments', 'card-payments.test races-card.test unknown-payments.test'),
      ...inFolder('tests/payments/events', 'payment-webhooks.test'),
      ...inFolder('tests/order-management', 'cancel-order.test refund-order.test expire-holds.test'),
      ...inFolder('tests/payments/settling', 'settle-refund.test'),
      ...inFolder('tests/order-management', 'manual-capture.test'),
    ],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'next-card',
    mutate: ['lib/checkout/pay-order.ts', 'lib/payments/next-attempt.ts'],
    tests: ['tests/payments/payment-attempts.test.ts'],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
];
