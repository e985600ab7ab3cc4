import { noAnswer } from '#proof/bench/load/record.ts';
import type { Census } from './census.ts';

/** One guarantee, what it asks for and what was found. */
export interface Check {
  name: string;
  /** The one number, or the least and the most where an answer was lost on the way. */
  expected: number | [least: number, most: number];
  found: number;
  holds: boolean;
}

/** What the shoppers know of their orders from the answers they got. */
export interface Fates {
  /** Indices of orders that somebody was told were accepted. */
  accepted: number[];
  /** Orders of which nobody knows: no answer came, or one that says "ask again" after it was begun. */
  unknown: number;
}

/** Answers that leave open whether an order was made; every other one but 201 says that none was. */
const openStatuses = new Set([noAnswer, 409, 500, 502, 504]);

/** `orderOf` tells which order a request submitted, undefined for one that submitted none. */
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
  /** Carts of accepted orders that had one already when the load began: replays of old orders. */
  acceptedBefore: number;
}

/** The exact comparison of what shoppers were told with what is in the database. */
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
