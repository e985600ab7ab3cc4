import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertPlan } from '#lib/orders/batch/assert-plan.ts';
import {
  type CartSnapshot,
  decide,
  keyOf,
  type OrderSnapshot,
  type Snapshot,
} from '#lib/orders/decide/decide.ts';
import { noLimits, orderRequest } from '#lib/orders/decide/decide-samples.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

/**
 * The generated worlds are small on purpose (three shoppers, four skus, little stock). So most batches
 * contain many collisions, where a wrong decision would show.
 */
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

test('every plan of `decide` passes `assertPlan`', () => {
  fc.assert(
    fc.property(worlds, ({ snapshot, orderRequests }) => {
      assertPlan(decide(snapshot, orderRequests), orderRequests, snapshot.stock);
    }),
  );
});
