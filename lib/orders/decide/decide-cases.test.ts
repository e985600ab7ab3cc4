import { expect, test } from 'vitest';
import {
  type CartSnapshot,
  decide,
  type LineSnapshot,
  type OrderSnapshot,
  type Snapshot,
} from '#lib/orders/decide/decide.ts';
import { noLimits, orderRequest, totalOf } from '#lib/orders/decide/decide-samples.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

/** What `decide` answers, case by case. */

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
