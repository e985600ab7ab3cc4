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
  row('duplicates', [], { atMost: { arrived: 2, written: 2 }, so: 'the cost with all guards' }),
  row('duplicates', ['button'], {
    atLeast: { sent: 8 },
    atMost: { arrived: 3 },
    so: 'repeated clicks reach nginx and no process',
  }),
  row('duplicates', noDoor, {
    atLeast: { arrived: 8 },
    atMost: { written: 3 },
    so: 'all of them reach a process, and one reaches the writer',
  }),
  row('duplicates', [...noDoor, 'claim'], {
    atLeast: { written: 2 },
    so: 'one from each process reaches the writer, and so does every later one',
  }),
  row('duplicates', [...noDoor, 'singleFlight'], {
    atLeast: { redisScripts: 12 },
    so: 'each one polls Redis while it waits',
  }),
  row('duplicates', allShields, {
    // On a very busy machine some requests are answered "overloaded".
    atLeast: { written: 4 },
    so: 'every one reaches the writer, which answers it from the database',
  }),
  row('twoTabs', [], { so: 'the second tab gets the order of the first' }),
  row('twoTabs', ['lock'], {
    so: 'no promise needs it: the second tab waits in the database until the first is written',
  }),
  row('twoTabs', allShields, { so: '`cartLock` lets them through one after the other' }),
  row('bulkBuyer', [], {
    atMost: { orders: 32 },
    so: 'the limit is twenty per minute here, and one more every three seconds',
  }),
  row('bulkBuyer', ['rateLimit'], {
    atLeast: { orders: 40 },
    so: 'no promise needs it: it makes the shop fair',
  }),
  row('bulkBuyer', allShields, { so: 'the same' }),
  row('deadOwner', ['lease'], {
    violates: ['never_answered'],
    so: 'the claim of a dead process never ends: nothing is lost, and this cart cannot be ordered',
  }),
  row('deadOwner', [], { so: 'half a minute later the same submission continues' }),
  row('deadOwner', ['claim'], { so: 'no request waits for the dead process' }),
  row('deadOwner', allShields, { so: 'the same' }),
];

/** One order per checkout: the checks in the code, and the constraints of the database. */
const orderRows: Row[] = [
  row('duplicates', [...allShields, ...orderKeys], {
    so: 'no effect: `cartLock` and `existingOrder` come first',
  }),
  row('duplicates', [...allShields, 'existingOrder'], {
    violates: ['refused_after_accepted'],
    so: 'one order, but a duplicate is told that its cart has changed',
  }),
  row('duplicates', [...allShields, ...looks], {
    so: 'the unique keys alone are enough: a refused duplicate gets the existing order',
  }),
  row('duplicates', [...allShields, ...looks, 'uniqueToken'], { so: 'the key of carts alone is enough' }),
  row('duplicates', [...allShields, ...looks, 'uniqueCart'], { so: 'the key of tokens alone is enough' }),
  row('duplicates', [...allShields, ...looks, ...orderKeys], {
    so: '`orderIdentity`: a second order would have the id of the first, which is its primary key',
  }),
  row('duplicates', [...allShields, ...looks, ...orderKeys, 'orderIdentity'], {
    violates: ['cart_ordered_twice', 'token_of_two_orders'],
    so: 'no other guard is left',
  }),
  row('forgotten', [...noDoor, ...looks, ...orderKeys, 'orderIdentity'], {
    violates: ['cart_ordered_twice', 'token_of_two_orders'],
    so: 'shields alone protect only as long as Redis keeps its data',
  }),
  row('forgotten', [...noDoor, ...looks], { so: 'the database keeps its keys' }),
  row('forgotten', allShields, { so: 'Redis has no data to lose' }),
  row('twoTabs', [...allShields, 'cartLock'], {
    so: '`uniqueCart` refuses the second, which gets the order of the first',
  }),
  row('twoTabs', [...allShields, 'uniqueCart'], { so: '`cartLock` and `cartStatus` come first' }),
  row('twoTabs', [...allShields, 'cartLock', 'uniqueCart'], {
    so: 'no effect from one network: `unpaidLock` lets its batches through one after the other',
  }),
  row('twoTabs', [...allShields, 'cartLock', 'uniqueCart', 'unpaidLock'], {
    violates: ['cart_ordered_twice'],
    so: 'two tokens, two orders',
  }),
  row('foreignToken', [], { so: '`token_invalid`' }),
  row('foreignToken', allShields, { so: 'the same: no shield is involved' }),
  row('foreignToken', ['uniqueToken'], { so: '`tokenProof` comes first' }),
  row('foreignToken', ['tokenProof'], {
    violates: ['internal_error'],
    so: '`uniqueToken` keeps it at one order, but the answer is a 500 without a reason',
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
    so: 'it is needed: no constraint can know what a shopper saw',
  }),
  row('repriced', [], { so: '`cart_changed`' }),
  row('repriced', allShields, { so: 'the same' }),
  row('repriced', ['cartTotal'], {
    violates: ['ordered_otherwise'],
    so: 'it is needed, for the same reason',
  }),
  row('reshipped', [], { atMost: { orders: 0 }, so: '`cart_changed`' }),
  row('reshipped', allShields, { atMost: { orders: 0 }, so: 'the same' }),
  row('reshipped', ['rulesVersion'], {
    atLeast: { orders: 1 },
    so: 'it is needed: a process sells at the shipping price that it remembers',
  }),
  row('firstLines', [], { so: 'one cart with both lines' }),
  row('firstLines', allShields, { so: 'the same' }),
  row('firstLines', ['oneOpenCart'], {
    violates: ['two_open_carts'],
    so: 'it is needed: the second tab looks for an open cart before the first tab commits, and for the latest cart after that',
  }),
  row('firstLines', ['cartId'], { so: '`oneOpenCart` refuses the second cart' }),
  row('firstLines', ['cartId', 'oneOpenCart'], {
    violates: ['two_open_carts'],
    so: 'many more: a line is in a cart that its shopper does not see',
  }),
  row('duplicates', [...allShields, 'orderIdentity'], {
    so: 'no effect while the database loses nothing: a replay gets the id in its row',
  }),
  row('duplicates', [...noDoor, 'doneLook'], { so: 'no effect, for the same reason' }),
  row('strangers', [], { so: '`not_found`' }),
  row('strangers', allShields, { so: 'the same' }),
  row('strangers', ['session'], {
    violates: ['answer_of_another_shopper'],
    so: "it is needed: a shopper reads another shopper's order",
  }),
];

const stockRows: Row[] = [
  row('lastOne', [], { so: 'one order, and `out_of_stock`' }),
  row('lastOne', allShields, { so: 'no shield knows the stock' }),
  row('lastOne', ['stockCheck'], { so: '`stockLock` and `stockLook` come first' }),
  row('lastOne', ['stockLook'], {
    violates: ['internal_error'],
    so: '`planCheck` prevents overselling, but the answer is a 500 without a reason',
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
    so: 'the same: both saw the unit, and one is refused',
  }),
  row('lastOne', [...allShields, 'stockLock', 'stockCheck'], { violates: ['oversold'], so: 'sold twice' }),
  row('drained', [], { atMost: { orders: 12 }, so: '12 orders, and `order_limit`' }),
  row('drained', allShields, { atMost: { orders: 12 }, so: 'no shield counts unpaid orders' }),
  row('drained', ['unpaidLock'], {
    violates: ['unpaid_beyond_limit'],
    so: 'it is needed: concurrent batches do not see the orders of the others',
  }),
  row('drained', ['unpaidCount'], {
    violates: ['unpaid_beyond_limit'],
    so: 'it is needed: one visitor takes all the stock',
  }),
  row('crowd', allShields, { atMost: { deadlocks: 0 }, so: 'they wait for each other in turn' }),
  row('crowd', [...allShields, 'lockOrder'], {
    atLeast: { deadlocks: 1 },
    mayViolate: ['never_answered'],
    so: 'each deadlock costs a second and a retry, and some shoppers get no answer within 45 s. No order is lost or made twice',
  }),
];

const paymentRows: Row[] = [
  // These come first, while the provider's ledger is short. The job reads everything of the last hour,
  // and the answer that must arrive late has to fit in one chunk.
  row('oldNews', [], { so: 'the answer that the job got is outdated, so it asks again' }),
  row('oldNews', allShields, { so: 'the same' }),
  row('oldNews', ['paymentVersion'], {
    so: '`spendKey` comes first: the key is already used, so the job asks again',
  }),
  row('oldNews', ['spendKey'], { so: '`paymentVersion` refuses the outdated answer' }),
  row('oldNews', ['paymentVersion', 'spendKey'], {
    violates: ['promise_withdrawn'],
    so: 'the shopper is told "ordered" and charged, and has no order',
  }),
  row('cancelledTooEarly', [], { so: 'the provider refuses the late charge' }),
  row('cancelledTooEarly', allShields, { so: 'the same' }),
  row('cancelledTooEarly', ['spendKey'], {
    violates: ['books_disagree'],
    so: 'it is needed: the order is cancelled and charged, and only the lost events would have told the shop',
  }),
  row('slowCard', [], { so: 'one charge' }),
  row('slowCard', allShields, { so: 'both requests have the same key, so the provider charges once' }),
  row('slowCard', ['providerKey'], {
    violates: ['two_live_charges'],
    so: 'it is needed: the card is charged twice',
  }),
  row('slowRefusal', [], { so: 'both get `payment_declined`' }),
  row('slowRefusal', allShields, { so: 'the same' }),
  row('slowRefusal', [...allShields, 'replayCharges'], {
    violates: ['accepted_too_soon'],
    so: 'the answer is "ordered", and the card is declined a moment later',
  }),
  row('nextCard', [], { so: 'one attempt' }),
  row('nextCard', allShields, { so: 'no shield is involved' }),
  row('nextCard', ['oneLive'], { so: 'no effect: five other guards come first' }),
  row('nextCard', ['attemptKey'], { so: 'no effect: `orderLock` comes first' }),
  row('nextCard', [...beforePayments, 'attemptKey'], {
    so: '`oneLive` refuses the second: it alone is enough',
  }),
  row('nextCard', [...beforePayments, 'oneLive'], {
    so: '`attemptKey` refuses the second: it alone is enough too',
  }),
  row('nextCard', [...beforePayments, 'attemptKey', 'oneLive'], {
    violates: ['books_disagree'],
    so: 'two live payments of one order',
  }),
  row('confirmedAgain', [], { so: 'the provider refuses: the charge is cancelled' }),
  row('confirmedAgain', allShields, { so: 'the same: no shield is involved' }),
  row('confirmedAgain', ['cancelCharge'], {
    violates: ['declined_still_payable'],
    so: 'it is needed: the two confirmed charges are paid by another card, and the others can be paid at any time',
  }),
  row('cancelledTwice', [], { so: 'cancelled once' }),
  row('cancelledTwice', allShields, { so: 'the same' }),
  row('cancelledTwice', ['orderLock'], { so: '`orderVersion` refuses the second' }),
  row('cancelledTwice', ['orderVersion'], { so: '`orderLock` comes first' }),
  row('cancelledTwice', ['orderLock', 'orderVersion'], {
    violates: ['internal_error'],
    so: '`eventKey` releases the stock once, but one answer is a 500 without a reason',
  }),
  row('cancelledTwice', ['orderLock', 'orderVersion', 'eventKey'], {
    so: '`paymentVersion` refuses the second',
  }),
  row('cancelledTwice', ['orderLock', 'orderVersion', 'eventKey', 'paymentVersion'], {
    violates: ['stock_not_conserved'],
    so: 'the stock is released twice: without `eventKey` the order has two ends, and `stockTurn` allows one release for each',
  }),
  row('cancelledTwice', ['orderLock', 'orderVersion', 'eventKey', 'paymentVersion', 'stockTurn'], {
    violates: ['stock_not_conserved'],
    so: 'the stock is released twice',
  }),
  row('cancelledTwice', ['stockTurn'], { so: 'no effect: `orderLock` comes first' }),
  row('cancelledOnce', [], { so: 'the units are available again' }),
  row('cancelledOnce', allShields, { so: 'the same: no shield is involved' }),
  row('cancelledOnce', ['stockTurn'], { so: 'no effect: `releaseInEnd` comes first' }),
  row('cancelledOnce', ['releaseInEnd'], {
    so: '`stockTurn` refuses the second release of one end: it alone is enough',
  }),
  row('cancelledOnce', ['releaseInEnd', 'stockTurn'], {
    violates: ['stock_not_conserved', 'ledger_differs'],
    so: 'a job that runs twice releases the stock of an order twice',
  }),
];

/** These come last, because they charge cards: see above. */
const restoreRows: Row[] = [
  row('restored', [], { so: 'the same orders, and each card is charged once' }),
  row('restored', allShields, { so: 'the same' }),
  row('restored', ['orderIdentity'], {
    violates: ['charge_without_order', 'accepted_under_two_ids', 'accepted_order_lost'],
    so: 'it is needed: the provider does not know the new key and charges again',
  }),
  row('restored', ['doneLook'], {
    violates: ['accepted_order_lost', 'charge_without_order'],
    so: 'it is needed: a shopper is told "ordered" about a lost order',
  }),
];

/** One row for a fact, and one decision about it, however often and by whomever it is found. */
const bookRows: Row[] = [
  row('recorded', [], { so: 'the same rows are written again, and are there already' }),
  row('recorded', allShields, { so: 'the same' }),
  row('recorded', ['recordKey'], {
    violates: ['recorded_twice'],
    so: 'it is needed: a proof of an order shows requests that were never sent',
  }),
  row('foundTwice', [], {
    so: 'the second process waits for the end of the first, and writes no second row',
  }),
  row('foundTwice', allShields, { so: 'the same' }),
  row('foundTwice', ['oneRun'], {
    so: 'no promise needs it: both compare everything, and write the same rows',
  }),
  row('foundTwice', ['discrepancyKey'], { so: '`discrepancyId`: the second row would have the same id' }),
  row('foundTwice', ['discrepancyId'], { so: '`discrepancyKey` refuses the second row: it alone is enough' }),
  row('foundTwice', ['oneRun', 'discrepancyId'], { so: 'the same, also for runs at the same time' }),
  row('foundTwice', ['discrepancyKey', 'discrepancyId'], {
    violates: ['recorded_twice'],
    so: 'each process opens a discrepancy of its own, and a person explains the same change twice',
  }),
  row('foundTwice', ['oneRun', 'discrepancyKey', 'discrepancyId'], {
    violates: ['recorded_twice'],
    so: 'the same, also for runs at the same time',
  }),
  row('fenced', [], { so: 'the process finds that its run was taken, and stops' }),
  row('fenced', allShields, { so: 'the same' }),
  row('fenced', ['runFence'], {
    violates: ['run_miscounted'],
    so: 'it is needed: both write the progress of one run, which counts its orders twice',
  }),
  row('bookedTwice', [], { so: 'the second finds no difference any more' }),
  row('bookedTwice', allShields, { so: 'the same' }),
  row('bookedTwice', ['bookLock'], {
    violates: ['ledger_differs'],
    so: 'it is needed: the difference is booked twice',
  }),
  row('closedTwice', [], { so: 'the day has one version, with one signature' }),
  row('closedTwice', allShields, { so: 'the same' }),
  row('closedTwice', ['closeKey'], {
    violates: ['recorded_twice'],
    so: 'it is needed: one version of a day has two signatures',
  }),
  row('acceptedLate', [], { so: 'the person is told that it has changed' }),
  row('acceptedLate', allShields, { so: 'the same' }),
  row('acceptedLate', ['acceptVersion'], {
    violates: ['accepted_unread'],
    so: 'it is needed: a difference counts as explained that no person has seen',
  }),
];

/** They charge cards, too. */
const listRows: Row[] = [
  row('listedTwice', [], { so: 'the second run reads the last minutes again, and they are there already' }),
  row('listedTwice', allShields, { so: 'the same' }),
  row('listedTwice', ['entryKey'], {
    violates: ['recorded_twice'],
    so: 'it is needed: every charge of these minutes counts twice',
  }),
];

export const rows: readonly Row[] = [
  ...shieldRows,
  ...orderRows,
  ...stockRows,
  ...bookRows,
  ...paymentRows,
  ...listRows,
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
