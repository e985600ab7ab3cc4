import { describe, expect, it } from 'vitest';
import type { Census } from '#proof/bench/checks/census.ts';
import { checksOf, type Evidence, fatesOf } from '#proof/bench/checks/invariants.ts';

const before: Census = {
  orders: 10,
  lines: 10,
  units: 10,
  available: 1_000,
  payments: 10,
  cartsOrderedTwice: 0,
  tokensOfTwoOrders: 0,
  ordersWithoutLines: 0,
  ordersWithoutOnePayment: 0,
  stockBelowZero: 0,
};

/** A burst with three accepted orders. */
function evidence(change: Partial<Census> = {}, rest: Partial<Evidence> = {}): Evidence {
  const after = { ...before, orders: 13, lines: 13, units: 13, available: 997, payments: 13, ...change };
  return {
    before,
    after,
    fates: { accepted: [0, 1, 2], unknown: 0 },
    acceptedOnce: 3,
    acceptedBefore: 0,
    ...rest,
  };
}

const broken = (given: Evidence) =>
  checksOf(given)
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);

describe('what shoppers were told and what is in the database', () => {
  it('agree when every accepted order exists exactly once', () => {
    expect(broken(evidence())).toEqual([]);
  });

  it.each<[string, Partial<Census>]>([
    [
      'orders made, by what shoppers were told',
      { orders: 14, lines: 14, units: 14, available: 996, payments: 14 },
    ],
    [
      'orders made, by what shoppers were told',
      { orders: 12, lines: 12, units: 12, available: 998, payments: 12 },
    ],
    ['lines of the orders made', { lines: 12 }],
    ['units taken from stock, by the lines', { available: 998 }],
    ['payments of the orders made', { payments: 14 }],
    ['carts ordered twice', { cartsOrderedTwice: 1 }],
    ['tokens of two orders', { tokensOfTwoOrders: 1 }],
    ['orders without lines', { ordersWithoutLines: 1 }],
    ['orders without exactly one payment', { ordersWithoutOnePayment: 1 }],
    ['stock below zero', { stockBelowZero: 1 }],
  ])('differ: %s', (name, change) => {
    expect(broken(evidence(change))).toEqual([name]);
  });

  it('differ when an accepted order is missing, although another one exists', () => {
    expect(broken(evidence({}, { acceptedOnce: 2 }))).toEqual(['accepted carts with exactly one order']);
  });

  it('allow exactly as many further orders as had no answer', () => {
    const four = { orders: 14, lines: 14, units: 14, available: 996, payments: 14 };
    const fates = { accepted: [0, 1, 2], unknown: 1 };
    expect(broken(evidence({}, { fates }))).toEqual([]);
    expect(broken(evidence(four, { fates }))).toEqual([]);
    expect(broken(evidence({ ...four, orders: 15 }, { fates }))).toContain(
      'orders made, by what shoppers were told',
    );
  });

  it('agree when replays of old orders made no order', () => {
    expect(broken(evidence({ ...before }, { acceptedBefore: 3 }))).toEqual([]);
  });
});

describe('the fate of an order', () => {
  const orderOf = (request: number) => [0, 0, 1, 1, 2, 3, undefined][request];

  it('is accepted with one 201, unknown without a definite answer, and refused otherwise', () => {
    expect(fatesOf([0, 201, 503, 429, 0, 409, 500], orderOf)).toEqual({ accepted: [0], unknown: 2 });
  });
});
