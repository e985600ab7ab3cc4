import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertPlan } from '#lib/orders/batch/assert-plan.ts';
import {
  type CartSnapshot,
  decide,
  keyOf,
  type LineSnapshot,
  type OrderSnapshot,
  type Snapshot,
} from '#lib/orders/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';
import { type CartToPrice, price } from '#lib/pricing/price.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

/**
 * The generated worlds are small on purpose (three shoppers, four skus, little stock). So most batches
 * contain many collisions, where a wrong decision would show.
 */
const zero = { invoices: 0, cards: 0, units: 0, invoicedMinor: 0 };
const noLimits: Pick<Snapshot, 'unpaid' | 'policy'> = {
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

const skus = ['A', 'B', 'C', 'D'];
const shoppers = ['u1', 'u2', 'u3'];

const carts: fc.Arbitrary<CartSnapshot[]> = fc.uniqueArray(
  fc.record({
    userId: fc.constantFrom(...shoppers),
    id: fc.constantFrom('c1', 'c2'),
    version: fc.integer({ min: 1, max: 2 }),
    status: fc.constantFrom('open' as const, 'open' as const, 'ordered' as const),
    currency: fc.constant('USD'),
    lines: fc.uniqueArray(
      fc.record({
        sku: fc.constantFrom(...skus),
        title: fc.constant('thing'),
        quantity: fc.integer({ min: 1, max: 3 }),
        unitPriceMinor: fc.constantFrom(100, 250),
        currency: fc.constant('USD'),
      }),
      { selector: ({ sku }) => sku, maxLength: 3 },
    ),
  }),
  { selector: (cart) => keyOf(cart.userId, cart.id), maxLength: 6 },
);

const stock = fc
  .tuple(...skus.map(() => fc.integer({ min: 0, max: 5 })))
  .map((amounts) => new Map(skus.map((sku, index) => [sku, amounts[index] ?? 0])));

const totalOf = (cart: CartToPrice) =>
  price(cart, { shippingMethod: 'standard', country: 'US' }, firstRules)?.totals.totalMinor ?? 0;

let orderIds = 0;

function orderRequest(cart: CartSnapshot, change: Partial<OrderRequest> = {}): OrderRequest {
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

/** A batch of submissions of the world's carts: many are sent twice, and some contain an error. */
const worlds = fc.tuple(carts, stock).chain(([someCarts, shelf]) => {
  const changes = fc.constantFrom<Partial<OrderRequest>>(
    {},
    {},
    {},
    { bodyHash: 'body-2' },
    { submitToken: 't-second-tab' },
    { cartVersion: 9 },
    { totalMinor: 1 },
    { confirmDuplicate: true },
    { currency: 'EUR' },
  );
  const submissions =
    someCarts.length === 0
      ? fc.constant<OrderRequest[]>([])
      : fc.array(
          fc
            .tuple(fc.constantFrom(...someCarts), changes)
            .map(([cart, change]) => orderRequest(cart, change)),
          { maxLength: 12 },
        );
  return submissions.map((orderRequests) => {
    const orders = someCarts.filter(({ status }) => status === 'ordered').map(orderOf);
    return {
      snapshot: { carts: someCarts, orders, stock: shelf, ...noLimits, rules: firstRules } satisfies Snapshot,
      orderRequests,
    };
  });
});

function orderOf(cart: CartSnapshot): OrderSnapshot {
  return {
    id: `earlier-${cart.userId}-${cart.id}`,
    number: 'n-earlier',
    totalMinor: 100,
    currency: 'USD',
    userId: cart.userId,
    cartId: cart.id,
    submitToken: `t-${cart.userId}-${cart.id}-${cart.version}`,
    bodyHash: 'body-1',
    linesHash: 'none',
    accepted: true,
    recent: true,
  };
}

const runs = { numRuns: 3_000 };

test('no plan sells more than the stock', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      const plan = decide(snapshot, orderRequests);
      const sold = new Map<string, number>();
      for (const { lines } of plan.orders) {
        for (const { sku, quantity } of lines) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
      }
      expect(plan.taken).toEqual(sold);
      for (const [sku, quantity] of sold) expect(quantity).toBeLessThanOrEqual(snapshot.stock.get(sku) ?? 0);
    }),
    runs,
  );
});

test('no plan makes two orders of a cart, or of a token, or of a cart that was ordered', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      const { orders } = decide(snapshot, orderRequests);
      const all = [...snapshot.orders, ...orders];
      expect(new Set(all.map((order) => keyOf(order.userId, order.cartId))).size).toBe(all.length);
      const tokens = all.map((order) => keyOf(order.userId, order.submitToken));
      const made = new Set(orders.map((order) => keyOf(order.userId, order.submitToken)));
      for (const token of made) expect(tokens.filter((other) => other === token)).toHaveLength(1);
    }),
    runs,
  );
});

test('a decision never depends on submissions that arrived later', () => {
  fc.assert(
    fc.property(worlds, fc.nat(12), ({ snapshot, orderRequests }, length) => {
      const whole = decide(snapshot, orderRequests).decisions;
      const head = decide(snapshot, orderRequests.slice(0, length)).decisions;
      expect(head).toEqual(whole.slice(0, length));
    }),
    runs,
  );
});

test('one batch decides as many batches of one would', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      const whole = decide(snapshot, orderRequests).decisions;
      let world = snapshot;
      const oneByOne = orderRequests.map((one) => {
        const { decisions, orders, taken } = decide(world, [one]);
        world = {
          ...world,
          carts: world.carts.map((cart) => {
            const ordered = orders.some((order) => order.userId === cart.userId && order.cartId === cart.id);
            return ordered ? { ...cart, status: 'ordered' as const } : cart;
          }),
          orders: [...world.orders, ...orders],
          stock: new Map([...world.stock].map(([sku, left]) => [sku, left - (taken.get(sku) ?? 0)])),
        };
        return decisions[0];
      });
      expect(oneByOne).toEqual(whole);
    }),
    runs,
  );
});

test('every submission gets one decision, and every new order belongs to one decision', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      const { decisions, orders } = decide(snapshot, orderRequests);
      expect(decisions).toHaveLength(orderRequests.length);
      const created = decisions.flatMap((decision) =>
        decision.outcome === 'accepted' && decision.created ? [decision.receipt.id] : [],
      );
      expect(created).toEqual(orders.map(({ id }) => id));
    }),
    runs,
  );
});

test('an order costs exactly what its shopper agreed to', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      for (const order of decide(snapshot, orderRequests).orders) {
        expect(order.totalMinor).toBe(order.orderRequest.totalMinor);
        const { subtotalMinor, shippingMinor, taxMinor, discountMinor } = order;
        expect(order.totalMinor).toBe(subtotalMinor + shippingMinor + taxMinor - discountMinor);
      }
    }),
    runs,
  );
});

const cart: CartSnapshot = {
  userId: 'u1',
  id: 'c1',
  version: 1,
  status: 'open',
  currency: 'USD',
  lines: [{ sku: 'A', title: 'thing', quantity: 2, unitPriceMinor: 100, currency: 'USD' }],
};
const world = (change: Partial<Snapshot> = {}): Snapshot => ({
  carts: [cart],
  orders: [],
  stock: new Map([['A', 2]]),
  ...noLimits,
  rules: firstRules,
  ...change,
});

test('the same submission again is a replay of the same order', () => {
  const first = orderRequest(cart);
  const [made, again] = decide(world(), [first, orderRequest(cart)]).decisions;
  expect(made).toMatchObject({ outcome: 'accepted', created: true, receipt: { id: first.orderId } });
  expect(again).toMatchObject({ outcome: 'accepted', created: false, receipt: { id: first.orderId } });
});

test('another body with a used key is refused, and another token for the same cart gets the existing order', () => {
  const first = orderRequest(cart);
  const { decisions } = decide(world(), [
    first,
    orderRequest(cart, { bodyHash: 'body-2' }),
    orderRequest(cart, { submitToken: 't-2', bodyHash: 'body-2' }),
  ]);
  expect(decisions[1]).toEqual({ outcome: 'key_reused' });
  expect(decisions[2]).toMatchObject({ outcome: 'already_ordered', receipt: { id: first.orderId } });
});

test('a key used for one cart makes no order from another cart', () => {
  const second = {
    ...cart,
    id: 'c2',
    lines: [{ ...cart.lines[0], quantity: 1 } as (typeof cart.lines)[number]],
  };
  const snapshot = world({ carts: [cart, second], stock: new Map([['A', 9]]) });
  const submitToken = 't-shared';
  const plan = decide(snapshot, [orderRequest(cart, { submitToken }), orderRequest(second, { submitToken })]);
  expect(plan.decisions[1]).toEqual({ outcome: 'key_reused' });
  expect(plan.orders).toHaveLength(1);
});

test('the same purchase from another cart needs a confirmation, and is accepted with it', () => {
  const second = { ...cart, id: 'c2' };
  const snapshot = world({ carts: [cart, second], stock: new Map([['A', 9]]) });
  const first = orderRequest(cart);
  const [, asked] = decide(snapshot, [first, orderRequest(second)]).decisions;
  expect(asked).toMatchObject({ outcome: 'possible_duplicate', receipt: { id: first.orderId } });
  const [, confirmed] = decide(snapshot, [first, orderRequest(second, { confirmDuplicate: true })]).decisions;
  expect(confirmed).toMatchObject({ outcome: 'accepted', created: true });
});

test.each<[what: string, snapshot: Partial<Snapshot>, change: Partial<OrderRequest>]>([
  ['another version of the cart than the submitted one', {}, { cartVersion: 2 }],
  ['an ordered cart', { carts: [{ ...cart, status: 'ordered' }] }, {}],
  ['a missing cart', { carts: [] }, {}],
  [
    'an empty cart',
    { carts: [{ ...cart, lines: [] }] },
    { totalMinor: totalOf({ currency: 'USD', lines: [] }) },
  ],
  ['another total', {}, { totalMinor: 1 }],
  ['another currency', {}, { currency: 'EUR' }],
  [
    'a line priced in another currency',
    {
      carts: [
        { ...cart, lines: [...cart.lines, { ...cart.lines[0], sku: 'B', currency: 'EUR' } as LineSnapshot] },
      ],
      stock: new Map([
        ['A', 2],
        ['B', 2],
      ]),
    },
    { totalMinor: totalOf({ ...cart, lines: [...cart.lines, ...cart.lines] }) },
  ],
  ['a cart in another currency than the rules', { rules: { ...firstRules, currency: 'EUR' } }, {}],
  ['a country that the shop no longer ships to', { rules: { ...firstRules, countries: [] } }, {}],
  ['a method that is no longer offered', { rules: { ...firstRules, shippingRates: [] } }, {}],
  [
    'another shipping price',
    {
      rules: {
        ...firstRules,
        shippingRates: firstRules.shippingRates.map((rate) => ({ ...rate, priceMinor: rate.priceMinor + 1 })),
      },
    },
    {},
  ],
])('%s makes no order: the cart has changed', (_, snapshot, change) => {
  const plan = decide(world(snapshot), [orderRequest(cart, change)]);
  expect(plan).toEqual({ decisions: [{ outcome: 'cart_changed' }], orders: [], taken: new Map() });
});

test('only recent orders with the same lines and the same total need a confirmation', () => {
  const second = { ...cart, id: 'c2' };
  const shelf = new Map([['A', 9]]);
  const order = decide(world({ stock: shelf }), [orderRequest(cart)]).orders[0] as OrderSnapshot;
  const outcome = (earlier: OrderSnapshot) =>
    decide(world({ carts: [second], stock: shelf, orders: [earlier] }), [orderRequest(second)]).decisions[0]
      ?.outcome;
  expect(outcome(order)).toBe('possible_duplicate');
  expect(outcome({ ...order, recent: false })).toBe('accepted');
  expect(outcome({ ...order, linesHash: 'of other lines' })).toBe('accepted');
  expect(outcome({ ...order, totalMinor: order.totalMinor + 800 })).toBe('accepted');
});

test('the same purchase means the same skus in the same quantities, in any order', () => {
  const of = (id: string, ...lines: [sku: string, quantity: number][]): CartSnapshot => ({
    ...cart,
    id,
    lines: lines.map(([sku, quantity]) => ({
      sku,
      quantity,
      title: 'thing',
      unitPriceMinor: 100,
      currency: 'USD',
    })),
  });
  const shelf = new Map(['A', 'B', 'C', '1', '2B'].map((sku) => [sku, 99]));
  const outcome = (earlier: CartSnapshot, later: CartSnapshot) => {
    const [order] = decide(world({ carts: [earlier], stock: shelf }), [orderRequest(earlier)]).orders;
    const lately = { ...(order as OrderSnapshot), totalMinor: orderRequest(later).totalMinor };
    const snapshot = world({ carts: [later], stock: shelf, orders: [lately] });
    return decide(snapshot, [orderRequest(later)]).decisions[0]?.outcome;
  };
  const earlier = of('c1', ['A', 2], ['B', 1]);
  expect(outcome(earlier, of('c2', ['B', 1], ['A', 2]))).toBe('possible_duplicate');
  expect(outcome(earlier, of('c2', ['A', 1], ['B', 2]))).toBe('accepted');
  expect(outcome(earlier, of('c2', ['A', 2], ['C', 1]))).toBe('accepted');
  // The digits of one line must not run into the next line.
  expect(outcome(of('c1', ['1', 3], ['2B', 2]), of('c2', ['1', 32], ['B', 2]))).toBe('accepted');
});

test('a card order is due for payment on every submission until it has been charged', () => {
  const byCard = () => orderRequest(cart, { payment: { method: 'card', token: 'pm_1' } });
  const plan = decide(world(), [byCard(), byCard()]);
  expect(plan.decisions).toMatchObject([
    { outcome: 'accepted', created: true, paymentDue: true },
    { outcome: 'accepted', created: false, paymentDue: true },
  ]);
  const charged = { ...(plan.orders[0] as OrderSnapshot), accepted: true };
  const later = world({ carts: [{ ...cart, status: 'ordered' }], orders: [charged] });
  expect(decide(later, [byCard()]).decisions[0]).not.toHaveProperty('paymentDue');
});

test('an invoice order is accepted immediately, without a charge', () => {
  expect(decide(world(), [orderRequest(cart)]).decisions[0]).not.toHaveProperty('paymentDue');
});

test('the maximum total is accepted, and one minor unit more is refused as cart_limit', () => {
  const at = (unitPriceMinor: number) => {
    const costly = {
      ...cart,
      lines: [{ sku: 'A', title: 'thing', quantity: 1, unitPriceMinor, currency: 'USD' }],
    };
    return decide(world({ carts: [costly] }), [orderRequest(costly)]);
  };
  expect(at(maxTotalMinor)).toMatchObject({ decisions: [{ outcome: 'accepted' }] });
  expect(at(maxTotalMinor + 1)).toMatchObject({ decisions: [{ outcome: 'cart_limit' }], orders: [] });
});

test('a shortage lists every short sku with the requested and the available quantity', () => {
  const lines = [
    { sku: 'A', title: 'thing', quantity: 3, unitPriceMinor: 100, currency: 'USD' },
    { sku: 'B', title: 'other', quantity: 1, unitPriceMinor: 100, currency: 'USD' },
    { sku: 'C', title: 'third', quantity: 1, unitPriceMinor: 100, currency: 'USD' },
  ];
  const short = { ...cart, lines };
  const snapshot = world({
    carts: [short],
    stock: new Map([
      ['A', 2],
      ['C', 1],
    ]),
  });
  expect(decide(snapshot, [orderRequest(short)])).toMatchObject({
    decisions: [
      {
        outcome: 'out_of_stock',
        items: [
          { sku: 'A', requested: 3, available: 2 },
          { sku: 'B', requested: 1, available: 0 },
        ],
      },
    ],
    orders: [],
  });
});

test('every plan of `decide` passes `assertPlan`', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      assertPlan(decide(snapshot, orderRequests), orderRequests, snapshot.stock);
    }),
  );
});
