import { noAnswer } from '#proof/bench/load/record.ts';
import type { Census } from './census.ts';

/** One guarantee with its expected and its found value. */
export interface Check {
  name: string;
  /** One number, or the least and the most where an answer was lost on the way. */
  expected: number | [least: number, most: number];
  found: number;
  holds: boolean;
}

/** What the shoppers know about their orders from the answers. */
export interface Fates {
  /** Indices of orders that were answered as accepted. */
  accepted: number[];
  /** Orders with an unknown outcome: no answer came, or one that says "ask again" after work had started. */
  unknown: number;
}

/** Answers that leave open whether an order was created. Any other one except 201 says that none was. */
const openStatuses = new Set([noAnswer, 409, 500, 502, 504]);

/** `orderOf` returns the order that a request submitted, or undefined for one without an order. */
export function fatesOf(
  statusOf: ArrayLike<number>,
  orderOf: (request: number) => number | undefined,
): Fates {
  const accepted = new Set<number>();
  const open = new Set<number>();
  for (let request = 0; request < statusOf.length; request += 1) {
    const order = orderOf(request);
    if (order === undefined) continue;
    if (statusOf[request] === 201) accepted.add(order);
    else if (openStatuses.has(statusOf[request] as number)) open.add(order);
  }
  return { accepted: [...accepted], unknown: [...open].filter((order) => !accepted.has(order)).length };
}

export interface Evidence {
  before: Census;
  after: Census;
  fates: Fates;
  /** Carts of accepted orders that have exactly one order. */
  acceptedOnce: number;
  /** Carts of accepted orders that already had an order when the load began: replays of old orders. */
  acceptedBefore: number;
}

/** Compares exactly what shoppers were told with what is in the database. */
export function checksOf({ before, after, fates, acceptedOnce, acceptedBefore }: Evidence): Check[] {
  const made = after.orders - before.orders;
  const told = fates.accepted.length;
  const fresh = told - acceptedBefore;
  return [
    check('orders made, by what shoppers were told', [fresh, fresh + fates.unknown], made),
    check('accepted carts with exactly one order', told, acceptedOnce),
    check('lines of the orders made', made, after.lines - before.lines),
    check(
      'units taken from stock, by the lines',
      after.units - before.units,
      before.available - after.available,
    ),
    check('payments of the orders made', made, after.payments - before.payments),
    check('carts ordered twice', 0, after.cartsOrderedTwice),
    check('tokens of two orders', 0, after.tokensOfTwoOrders),
    check('orders without lines', 0, after.ordersWithoutLines),
    check('orders without exactly one payment', 0, after.ordersWithoutOnePayment),
    check('stock below zero', 0, after.stockBelowZero),
  ];
}

export function check(name: string, expected: Check['expected'], found: number): Check {
  const [least, most] = typeof expected === 'number' ? [expected, expected] : expected;
  return {
    name,
    expected: least === most ? least : expected,
    found,
    holds: found >= least && found <= most,
  };
}
