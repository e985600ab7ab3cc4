/** What is mutated together, and the test files that are to notice. */
export interface Room {
  name: string;
  mutate: string[];
  tests: string[];
  /** Kinds of mutants that are left out. */
  without: string[];
  /** Milliseconds beyond a few times a test's usual time after which it is taken to wait in vain. */
  patienceMs: number;
}

const inFolder = (folder: string, names: string) => names.split(' ').map((name) => `${folder}/${name}.ts`);

/** What is pure, or asks nobody but the provider, for whom a stub stands. */
const pure = [
  ...inFolder(
    'lib/orders',
    'decide submit-token placement single-flight batch-queue order-number checkout-draft network-of',
  ),
  ...inFolder('lib/payments', 'settle provider stripe-shapes find-out'),
];

/**
 * Texts of what does I/O are SQL, Lua, and words for shoppers and operators. An emptied statement
 * fails at once and would tell nothing; the words are not guarded.
 */
const withoutTexts = ['StringLiteral'];

/** Late enough that a busy machine is not taken for a test that noticed. What is pure waits for nobody. */
const patienceMs = { pure: 15_000, withDatabase: 60_000 };

/** In their order: what is pure first, because its tests take milliseconds. */
export const rooms: Room[] = [
  {
    name: 'rules',
    mutate: pure,
    tests: pure.map((file) => file.replace('.ts', '.test.ts')),
    without: [],
    patienceMs: patienceMs.pure,
  },
  {
    name: 'order',
    mutate: inFolder(
      'lib/orders',
      'submit-order claim order-writer write-orders find-orders charge-if-due change-order',
    ),
    tests: [
      'lib/orders/write-orders.test.ts',
      ...inFolder(
        'tests',
        'one-order.test order-writer.test claim.test duplicates-wait.test change-order.test contract.test card-payments.test',
      ),
    ],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'payment',
    mutate: [
      ...inFolder(
        'lib/payments',
        'charge-attempt payment-rows receive-event settle-payment settle-refund sweep-payments',
      ),
      ...inFolder('lib/orders', 'cancel-order refund-order fulfil-order expire-holds end-order'),
      ...inFolder('lib/stock', 'return-stock take-stock'),
    ],
    tests: inFolder(
      'tests',
      'settle-payment.test settle-refund.test card-payments.test payment-ends.test payment-webhooks.test unknown-payments.test manual-capture.test take-stock.test',
    ),
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'provider',
    mutate: inFolder('lib/payments', 'stripe'),
    tests: inFolder(
      'tests',
      'stripe.test card-payments.test payment-ends.test settle-refund.test payment-webhooks.test unknown-payments.test manual-capture.test',
    ),
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
  {
    name: 'next-card',
    mutate: ['lib/orders/pay-order.ts'],
    tests: ['tests/payment-attempts.test.ts'],
    without: withoutTexts,
    patienceMs: patienceMs.withDatabase,
  },
];
