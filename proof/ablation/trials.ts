import type { ViolationKind } from '#proof/chaos/checker/evidence.ts';
import { allShields, type Guard } from './guards.ts';
import type { Work } from './measure.ts';
import type { Outcome, Trial, WorkloadName } from './trial.ts';

/** Every trial with its expectation. A different outcome is a finding. */

export interface Expected {
  /** Violations that must all be found. If undefined, none may be found. */
  violates?: readonly ViolationKind[];
  /** Further violations that may be found, because they depend on how busy the machine is. */
  mayViolate?: readonly ViolationKind[];
  /** The least and the most that may be counted. */
  atLeast?: Partial<Work>;
  atMost?: Partial<Work>;
  /** The consequence, for the page: what else holds, or what the guard is for. */
  so: string;
}

export interface Row extends Trial, Expected {}

const row = (workload: WorkloadName, without: readonly Guard[], expected: Expected): Row => ({
  workload,
  without,
  ...expected,
});

/** Clients that go straight to the two processes, without button and nginx. */
const noDoor: readonly Guard[] = ['button', 'edge'];
const looks: readonly Guard[] = ['existingOrder', 'cartStatus'];
const orderKeys: readonly Guard[] = ['uniqueToken', 'uniqueCart'];
/** The checks in front of the unique keys of payments. */
const beforePayments: readonly Guard[] = ['orderLock', 'orderVersion', 'paymentVersion', 'eventKey'];

/** The guards that make duplicates cheap, removed one after the other, and then all. */
const shieldRows: Row[] = [
  row('duplicates', [], { atMost: { arrived: 2, written: 2 }, so: 'what it costs with everything' }),
  row('duplicates', ['button'], {
    atLeast: { sent: 8 },
    atMost: { arrived: 3 },
    so: 'clicks reach nginx, and end there',
  }),
  row('duplicates', noDoor, {
    atLeast: { arrived: 8 },
    atMost: { written: 3 },
    so: 'all of them reach a process, and one the writer',
  }),
  row('duplicates', [...noDoor, 'claim'], {
    atLeast: { written: 2 },
    so: 'one from each process reaches the writer, and every later one',
  }),
  row('duplicates', [...noDoor, 'singleFlight'], {
    atLeast: { redisScripts: 12 },
    so: 'each asks Redis for itself, again and again while it waits',
  }),
  row('duplicates', allShields, {
    // On a very busy machine some requests are answered "overloaded".
    atLeast: { written: 4 },
    so: 'every one reaches the writer, which answers it from the database',
  }),
  row('twoTabs', [], { so: 'the second tab is told which order it was' }),
  row('twoTabs', ['lock'], {
    so: 'no promise needs it: while the first tab is written the second waits in the database instead',
  }),
  row('twoTabs', allShields, { so: "the cart's lock lets one through after the other" }),
  row('bulkBuyer', [], {
    atMost: { orders: 32 },
    so: 'twenty in a minute here, and one more every three seconds',
  }),
  row('bulkBuyer', ['rateLimit'], {
    atLeast: { orders: 40 },
    so: 'no promise needs it: a matter of fairness',
  }),
  row('bulkBuyer', allShields, { so: 'the same' }),
  row('deadOwner', ['lease'], {
    violates: ['never_answered'],
    so: 'the claim of a dead process stands for ever: nothing is lost, and nothing can be ordered',
  }),
  row('deadOwner', [], { so: 'half a minute later the same submission is taken up again' }),
  row('deadOwner', ['claim'], { so: 'nobody waits for the dead' }),
  row('deadOwner', allShields, { so: 'the same' }),
];

/** One order per checkout: the checks in the code, and the constraints of the database. */
const orderRows: Row[] = [
  row('duplicates', [...allShields, ...orderKeys], {
    so: "not noticed: the cart's lock and the look for a standing order come first",
  }),
  row('duplicates', [...allShields, 'existingOrder'], {
    violates: ['refused_after_accepted'],
    so: 'one order, but a duplicate is told that its cart has changed',
  }),
  row('duplicates', [...allShields, ...looks], {
    so: 'the unique keys alone: a refused duplicate is answered with the order that refused it',
  }),
  row('duplicates', [...allShields, ...looks, 'uniqueToken'], { so: 'the key of carts alone is enough' }),
  row('duplicates', [...allShields, ...looks, 'uniqueCart'], { so: 'the key of tokens alone is enough' }),
  row('duplicates', [...allShields, ...looks, ...orderKeys], {
    so: '`orderIdentity`: a second order would have the id of the first, which is its primary key',
  }),
  row('duplicates', [...allShields, ...looks, ...orderKeys, 'orderIdentity'], {
    violates: ['cart_ordered_twice', 'token_of_two_orders'],
    so: 'nothing is left that could refuse',
  }),
  row('forgotten', [...noDoor, ...looks, ...orderKeys, 'orderIdentity'], {
    violates: ['cart_ordered_twice', 'token_of_two_orders'],
    so: 'shields alone: as good as the memory of Redis',
  }),
  row('forgotten', [...noDoor, ...looks], { so: 'the keys do not forget' }),
  row('forgotten', allShields, { so: 'there is nothing to forget' }),
  row('twoTabs', [...allShields, 'cartLock'], {
    so: '`uniqueCart` refuses the second, which is told of the first',
  }),
  row('twoTabs', [...allShields, 'uniqueCart'], { so: '`cartLock` and `cartStatus` come first' }),
  row('twoTabs', [...allShields, 'cartLock', 'uniqueCart'], {
    so: 'not noticed from one network: `unpaidLock` lets its batches through one after the other',
  }),
  row('twoTabs', [...allShields, 'cartLock', 'uniqueCart', 'unpaidLock'], {
    violates: ['cart_ordered_twice'],
    so: 'two tokens, two orders',
  }),
  row('foreignToken', [], { so: '`token_invalid`' }),
  row('foreignToken', allShields, { so: 'the same: no shield is on this way' }),
  row('foreignToken', ['uniqueToken'], { so: '`tokenProof` comes first' }),
  row('foreignToken', ['tokenProof'], {
    violates: ['internal_error'],
    so: 'one order still, by `uniqueToken`, and an answer that says nothing',
  }),
  row('foreignToken', ['tokenProof', 'uniqueToken'], {
    violates: ['internal_error'],
    so: 'the same, by `orderIdentity`',
  }),
  row('foreignToken', ['tokenProof', 'uniqueToken', 'orderIdentity'], {
    violates: ['token_of_two_orders', 'accepted_under_two_ids'],
    so: 'one token, two orders',
  }),
  row('swapped', [], { so: '`cart_changed`' }),
  row('swapped', allShields, { so: 'the same' }),
  row('swapped', ['cartVersion'], {
    violates: ['ordered_otherwise'],
    so: 'no constraint can know what a shopper saw: this guard is needed',
  }),
  row('repriced', [], { so: '`cart_changed`' }),
  row('repriced', allShields, { so: 'the same' }),
  row('repriced', ['cartTotal'], { violates: ['ordered_otherwise'], so: 'the same: it is needed' }),
  row('firstLines', [], { so: 'one cart with both lines' }),
  row('firstLines', allShields, { so: 'the same' }),
  row('firstLines', ['oneOpenCart'], {
    violates: ['two_open_carts'],
    so: 'the second tab looks for an open cart before the first commits, and for the latest one after: it is needed',
  }),
  row('firstLines', ['cartId'], { so: '`oneOpenCart` refuses the second cart' }),
  row('firstLines', ['cartId', 'oneOpenCart'], {
    violates: ['two_open_carts'],
    so: 'many more: a line is in a cart that its shopper does not see',
  }),
  row('duplicates', [...allShields, 'orderIdentity'], {
    so: 'not noticed while the database forgets nothing: a replay is answered with the id in its row',
  }),
  row('duplicates', [...noDoor, 'doneLook'], { so: 'not noticed, for the same reason' }),
  row('strangers', [], { so: '`not_found`' }),
  row('strangers', allShields, { so: 'the same' }),
  row('strangers', ['session'], { violates: ['answer_of_another_shopper'], so: 'it is needed' }),
];

const stockRows: Row[] = [
  row('lastOne', [], { so: 'one order, and `out_of_stock`' }),
  row('lastOne', allShields, { so: 'shields know nothing of stock' }),
  row('lastOne', ['stockCheck'], { so: '`stockLock` and `stockLook` come first' }),
  row('lastOne', ['stockLook'], {
    violates: ['internal_error'],
    so: 'nothing is oversold, by `planCheck`, but the loser is told nothing',
  }),
  row('lastOne', ['stockLook', 'planCheck'], {
    violates: ['internal_error'],
    so: 'the same, by `stockCheck`',
  }),
  row('lastOne', ['stockLook', 'stockCheck'], {
    violates: ['internal_error'],
    so: 'the same, by `planCheck` alone',
  }),
  row('lastOne', ['stockLook', 'stockCheck', 'planCheck'], { violates: ['oversold'], so: 'sold twice' }),
  row('lastOne', ['stockLock'], {
    violates: ['internal_error'],
    so: 'the same: both have looked, one is refused',
  }),
  row('lastOne', [...allShields, 'stockLock', 'stockCheck'], { violates: ['oversold'], so: 'sold twice' }),
  row('drained', [], { atMost: { orders: 12 }, so: '12 orders, and `order_limit`' }),
  row('drained', allShields, { atMost: { orders: 12 }, so: 'shields know nothing of what is unpaid' }),
  row('drained', ['unpaidLock'], {
    violates: ['unpaid_beyond_limit'],
    so: 'batches at the same time do not see what the others let through: it is needed',
  }),
  row('drained', ['unpaidCount'], {
    violates: ['unpaid_beyond_limit'],
    so: 'one visitor takes what is on the shelves: it is needed',
  }),
  row('crowd', allShields, { atMost: { deadlocks: 0 }, so: 'they wait for each other in turn' }),
  row('crowd', [...allShields, 'lockOrder'], {
    atLeast: { deadlocks: 1 },
    mayViolate: ['never_answered'],
    so: 'each deadlock costs a second and another try; some who want what all want are not answered within 45 s. No order is lost or made twice',
  }),
];

const paymentRows: Row[] = [
  // These come first, while the provider's ledger is short. The job reads everything of the last hour,
  // and the answer that must arrive late has to fit in one chunk.
  row('oldNews', [], { so: 'what the job heard is old, and it asks again' }),
  row('oldNews', allShields, { so: 'the same' }),
  row('oldNews', ['paymentVersion'], {
    so: '`spendKey` comes first: the key is used already, and it looks again',
  }),
  row('oldNews', ['spendKey'], { so: '`paymentVersion` refuses what is old' }),
  row('oldNews', ['paymentVersion', 'spendKey'], {
    violates: ['promise_withdrawn'],
    so: 'told "ordered", charged, and no order',
  }),
  row('cancelledTooEarly', [], { so: 'the charge is refused when it comes' }),
  row('cancelledTooEarly', allShields, { so: 'the same' }),
  row('cancelledTooEarly', ['spendKey'], {
    violates: ['books_disagree'],
    so: 'cancelled, and charged: only the events of the provider, which were lost, would have told. It is needed',
  }),
  row('slowCard', [], { so: 'one charge' }),
  row('slowCard', allShields, { so: 'both ask with one key, and the provider charges once' }),
  row('slowCard', ['providerKey'], { violates: ['two_live_charges'], so: 'charged twice; it is needed' }),
  row('slowRefusal', [], { so: '`payment_declined` to both' }),
  row('slowRefusal', allShields, { so: 'the same' }),
  row('slowRefusal', [...allShields, 'replayCharges'], {
    violates: ['accepted_too_soon'],
    so: '"ordered" is said of a card that is refused a moment later',
  }),
  row('nextCard', [], { so: 'one attempt' }),
  row('nextCard', allShields, { so: 'no shield is on this way' }),
  row('nextCard', ['oneLive'], { so: 'not noticed: the last of five lines' }),
  row('nextCard', ['attemptKey'], { so: 'not noticed: `orderLock` comes first' }),
  row('nextCard', [...beforePayments, 'attemptKey'], {
    so: '`oneLive` refuses the second: it alone is enough',
  }),
  row('nextCard', [...beforePayments, 'oneLive'], {
    so: '`attemptKey` refuses the second: it alone is enough, too',
  }),
  row('nextCard', [...beforePayments, 'attemptKey', 'oneLive'], {
    violates: ['books_disagree'],
    so: 'two live payments of one order',
  }),
  row('confirmedAgain', [], { so: 'the provider refuses: the charge is cancelled' }),
  row('confirmedAgain', allShields, { so: 'the same: no shield is on this way' }),
  row('confirmedAgain', ['cancelCharge'], {
    violates: ['declined_still_payable'],
    so: 'the two that were confirmed are paid by another card, and the others can be at any later time: it is needed',
  }),
  row('cancelledTwice', [], { so: 'cancelled once' }),
  row('cancelledTwice', allShields, { so: 'the same' }),
  row('cancelledTwice', ['orderLock'], { so: '`orderVersion` refuses the second' }),
  row('cancelledTwice', ['orderVersion'], { so: '`orderLock` comes first' }),
  row('cancelledTwice', ['orderLock', 'orderVersion'], {
    violates: ['internal_error'],
    so: 'stock goes back once, by `eventKey`, and one is told nothing',
  }),
  row('cancelledTwice', ['orderLock', 'orderVersion', 'eventKey'], {
    so: '`paymentVersion` refuses the second',
  }),
  row('cancelledTwice', ['orderLock', 'orderVersion', 'eventKey', 'paymentVersion'], {
    violates: ['stock_not_conserved'],
    so: 'stock that is there twice',
  }),
];

/** These come last, because they charge cards: see above. */
const restoreRows: Row[] = [
  row('restored', [], { so: 'the same orders, and each card is charged once' }),
  row('restored', allShields, { so: 'the same' }),
  row('restored', ['orderIdentity'], {
    violates: ['charge_without_order', 'accepted_under_two_ids', 'accepted_order_lost'],
    so: 'the provider does not know the new key, and charges again: it is needed',
  }),
  row('restored', ['doneLook'], {
    violates: ['accepted_order_lost', 'charge_without_order'],
    so: 'told "ordered" of an order that is lost, and stays so: it is needed',
  }),
];

export const rows: readonly Row[] = [
  ...shieldRows,
  ...orderRows,
  ...stockRows,
  ...paymentRows,
  ...restoreRows,
];

/** Why an outcome differs from its expectation; empty if it doesn't. */
export function unexpected(expected: Expected, outcome: Outcome): string[] {
  const { violates = [], mayViolate = [], atLeast = {}, atMost = {} } = expected;
  if (outcome.failure !== undefined) return [`it could not be done: ${outcome.failure}`];
  const kinds = new Set(outcome.found.map(({ kind }) => kind));
  const missing = violates.filter((kind) => !kinds.has(kind)).map((kind) => `no ${kind} was seen`);
  const isSurplus = (kind: ViolationKind) => violates.length === 0 && !mayViolate.includes(kind);
  const surplus = [...kinds].filter(isSurplus).map((kind) => `${kind} was seen`);
  const work = (limits: Partial<Work>, isOff: (seen: number, limit: number) => boolean, word: string) =>
    (Object.entries(limits) as [keyof Work, number][])
      .filter(([what, limit]) => isOff(outcome.work[what], limit))
      .map(([what, limit]) => `${what} was ${outcome.work[what]}, not ${word} ${limit}`);
  return [
    ...missing,
    ...surplus,
    ...new Set(outcome.complaints.map((message) => `the shop complained: ${message}`)),
    ...work(atLeast, (seen, limit) => seen < limit, 'at least'),
    ...work(atMost, (seen, limit) => seen > limit, 'at most'),
  ];
}
