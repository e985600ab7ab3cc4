import { expect, test } from 'vitest';
import { assertPlan, BrokenPlan } from '#lib/orders/batch/assert-plan.ts';
import { decide, type NewOrder, type Plan } from '#lib/orders/decide/decide.ts';
import { noLimits, orderRequest } from '#lib/orders/decide/decide-samples.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

const lines = [
  { sku: 'A', title: 'A', quantity: 2, unitPriceMinor: 1_000, currency: 'USD' },
  { sku: 'B', title: 'B', quantity: 1, unitPriceMinor: 250, currency: 'USD' },
];
const stock = new Map([
  ['A', 4],
  ['B', 4],
]);

const carts = ['ada', 'eve'].map((userId) => ({
  userId,
  id: `cart of ${userId}`,
  version: 1,
  status: 'open' as const,
  currency: 'USD',
  lines,
}));
const requests = carts.map((cart) =>
  orderRequest(cart, { submitToken: `token of ${cart.userId}`, orderId: `order of ${cart.userId}` }),
);

const planOf = (): Plan => decide({ carts, orders: [], stock, ...noLimits, rules: firstRules }, requests);

test('a plan that keeps its promises passes', () => {
  expect(planOf().orders).toHaveLength(2);
  expect(() => assertPlan(planOf(), requests, stock)).not.toThrow();
});

const first = (plan: Plan) => plan.orders[0] as NewOrder;

/** Each of these would be a mistake in a rule. None of them may reach the database. */
const mistakes: Record<string, (plan: Plan) => void> = {
  'a submission without a decision': ({ decisions }) => decisions.pop(),
  'an order without an accepted decision': (plan) => {
    plan.decisions[0] = { outcome: 'cart_changed' };
  },
  'two orders of one cart': (plan) => {
    first(plan).userId = 'eve';
    first(plan).cartId = 'cart of eve';
  },
  'two orders of one token': (plan) => {
    first(plan).userId = 'eve';
    first(plan).submitToken = 'token of eve';
  },
  'two orders with one id': (plan) => {
    first(plan).id = 'order of eve';
  },
  'an order without lines': (plan) => {
    first(plan).lines = [];
  },
  'a line of minus one': (plan) => {
    first(plan).lines = [{ ...lines[0], quantity: -1 } as (typeof lines)[number]];
  },
  'a line of half an item': (plan) => {
    first(plan).lines = [{ ...lines[0], quantity: 0.5 } as (typeof lines)[number]];
  },
  'a subtotal that is not the sum of the lines': (plan) => {
    first(plan).subtotalMinor += 1;
    first(plan).totalMinor += 1;
  },
  'a wrong number of items': (plan) => {
    first(plan).unitCount += 1;
  },
  'a total that does not add up': (plan) => {
    first(plan).taxMinor += 1;
  },
  'negative shipping': (plan) => {
    first(plan).shippingMinor -= 5_000;
    first(plan).taxMinor += 5_000;
  },
  'a total that was not confirmed': (plan) => {
    first(plan).orderRequest = { ...first(plan).orderRequest, totalMinor: 1 };
  },
  'another currency than was confirmed': (plan) => {
    first(plan).currency = 'EUR';
    first(plan).lines = lines.map((line) => ({ ...line, currency: 'EUR' }));
  },
  'a line in another currency': (plan) => {
    first(plan).lines = lines.map((line) => ({ ...line, currency: 'EUR' }));
  },
  'stock that is taken for no order': ({ taken }) => taken.set('C', 1),
  'an order that takes no stock': ({ taken }) => taken.delete('A'),
  'less stock than is sold': ({ taken }) => taken.set('A', 1),
};

test.each(Object.entries(mistakes))('%s is refused', (_, makeMistake) => {
  const plan = planOf();
  makeMistake(plan);
  expect(() => assertPlan(plan, requests, stock)).toThrow(BrokenPlan);
});

test('selling more than the stock is refused', () => {
  expect(() => assertPlan(planOf(), requests, new Map([...stock, ['A', 3]]))).toThrow('more of A is sold');
});

test('the log of a refused plan contains no personal data', () => {
  const plan = planOf();
  first(plan).taxMinor += 1;
  let error: unknown;
  try {
    assertPlan(plan, requests, stock);
  } catch (thrown) {
    error = thrown;
  }
  const { plan: logged } = error as BrokenPlan;
  expect(logged).toMatchObject({ orders: [{ id: 'order of ada', lines: [{ sku: 'A' }, { sku: 'B' }] }, {}] });
  expect(JSON.stringify(logged)).not.toMatch(/ada@example|1 Street|token of/);
});
