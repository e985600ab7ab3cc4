import { type Decision, decideAgain } from '#lib/orders/decide/decide.ts';
import { type Add, type State, type Work, type World, workAt } from '#proof/model/state.ts';
import { answer, finish } from '#proof/model/steps/answering.ts';
import {
  decideOrder,
  orderSnapshot,
  shopperOf,
  submissionOf,
  tokenOf,
  toOrderRequest,
} from '#proof/model/steps/decide-order.ts';
import { moveUnit } from '#proof/model/steps/ledger.ts';

/** A submission from its claim to its order and back with the answer: `lib/orders`. */
export function orderingSteps(state: State, world: World, index: number, add: Add): void {
  const work = workAt(state, index);
  if (work.at === 'claim') claim(state, world, index, add);
  if (work.at === 'chargeFirst') chargeFirst(work, index, add);
  if (work.at === 'read') read(state, world, index, add);
  if (work.at === 'write') commit(state, world, index, work.plan?.newOrder?.contents ?? 0, add);
  if (work.at === 'answer') answer(state, world, index, add);
}

function claim(state: State, world: World, index: number, add: Add) {
  const { dropped, scenario } = world;
  const { name, submission = 0 } = workAt(state, index);
  const token = tokenOf(scenario, submission);
  const shopper = shopperOf(world, submission);
  const claimed = state.claims[token] ?? 'free';
  if (typeof claimed === 'number') return replay(state, world, index, claimed, add);
  if (claimed === 'held' || state.locks[shopper]) {
    // Waiting changes nothing, so only its end is a step.
    return add(`${name} has waited for a claim in Redis long enough and looks into the database`, (next) => {
      const order = next.orders.find((existing) => existing.token === token);
      if (!order) return finish(next, index, 'later');
      const decision = decideAgain(toOrderRequest(world, submission), orderSnapshot(world, next, order));
      if (dropped.has('replayCharges') && 'paymentDue' in decision) delete decision.paymentDue;
      goOnWith(next, index, decision);
    });
  }
  const isShielded = !dropped.has('claim') || !dropped.has('lock');
  add(isShielded ? `${name} takes its claim in Redis` : `${name} arrives at a process`, (next) => {
    const mine = workAt(next, index);
    mine.at = dropped.has('orderFirst') ? 'chargeFirst' : 'read';
    if (!dropped.has('claim')) {
      next.claims[token] = 'held';
      mine.claim = 'mine';
    }
    if (!dropped.has('lock')) {
      next.locks[shopper] = true;
      mine.lock = 'mine';
    }
  });
}

/**
 * Redis knows that the submission is done, and the database has its order: `findReplayedOrder`,
 * `forgetDone`.
 */
function replay(state: State, world: World, index: number, remembered: number, add: Add) {
  const { name, submission = 0 } = workAt(state, index);
  if (world.dropped.has('doneLook')) {
    return add(`${name} is answered from Redis`, (next) => finish(next, index, 'order', remembered));
  }
  const token = tokenOf(world.scenario, submission);
  const order = state.orders.find((existing) => existing.token === token);
  if (!order) {
    return add(`${name} is done for Redis, but the database has lost its order: it starts again`, (next) => {
      next.claims[token] = 'free';
    });
  }
  const decision = decideAgain(toOrderRequest(world, submission), orderSnapshot(world, state, order));
  add(`${name} is done for Redis, and is answered with its order`, (next) => goOnWith(next, index, decision));
}

/**
 * The design that decision 10 rejects. The idempotency key comes from the submission, so a retry is the
 * same charge.
 */
function chargeFirst({ name, submission = 0 }: Work, index: number, add: Add): void {
  add(`${name} has the card charged, and nothing is written yet`, (next) => {
    workAt(next, index).at = 'read';
    if (next.charges.some((charge) => charge.submission === submission)) return;
    next.charges.push({
      order: undefined,
      submission,
      attempt: 1,
      status: 'succeeded',
      givenBack: false,
      event: false,
    });
  });
}

/** With its locks a transaction is one step: no other work runs between its reads and its COMMIT. */
function read(state: State, world: World, index: number, add: Add) {
  const { name, submission = 0 } = workAt(state, index);
  const decision = decideOrder(state, world, submission);
  if (decision.outcome !== 'accepted' || decision.receipt.id !== 'new') {
    return add(`${name} finds in the database: ${decision.outcome.replaceAll('_', ' ')}`, (next) =>
      goOnWith(next, index, decision),
    );
  }
  const contents = state.carts[submissionOf(world.scenario, submission).cart]?.version ?? 0;
  if (!world.dropped.has('cartLock')) return commit(state, world, index, contents, add);
  add(`${name} reads cart and stock without a lock, and nothing is in its way`, (next) => {
    Object.assign(workAt(next, index), { at: 'write', plan: { newOrder: { contents } } });
  });
}

function commit(state: State, world: World, index: number, contents: number, add: Add) {
  const { dropped, scenario } = world;
  const { name, submission = 0 } = workAt(state, index);
  const { cart } = submissionOf(scenario, submission);
  const token = tokenOf(scenario, submission);
  const standsAlready =
    (!dropped.has('uniqueToken') && state.orders.some((order) => order.token === token)) ||
    (!dropped.has('uniqueCart') && state.orders.some((order) => order.cart === cart));
  if (standsAlready) {
    return add(`${name} is refused by a unique key and reads the existing order`, (next) => {
      const order = next.orders.find((existing) => existing.cart === cart);
      if (!order) return finish(next, index, 'later');
      goOnWith(
        next,
        index,
        decideAgain(toOrderRequest(world, submission), orderSnapshot(world, next, order)),
      );
    });
  }
  if (!dropped.has('stockCheck') && state.left < 1) {
    return add(`${name} is refused by the CHECK of the stock`, (next) => finish(next, index, 'later'));
  }
  add(`${name} commits its order`, (next) => {
    const order = insertOrder(next, world, submission, contents);
    const isDue = !next.orders[order]?.accepted;
    if (isDue) workAt(next, index).plan = undefined;
    if (isDue) Object.assign(workAt(next, index), { at: 'look', order });
    else finish(next, index, 'order', order);
  });
  if (state.chances.loss === 0) return;
  add(`${name} commits its order, but the reply of the COMMIT is lost: it will try again`, (next) => {
    next.chances.loss -= 1;
    insertOrder(next, world, submission, contents);
    Object.assign(workAt(next, index), { at: 'read', plan: undefined });
  });
}

/** Order, payment, cart and stock in one COMMIT. */
function insertOrder(
  next: State,
  { scenario, dropped }: World,
  submission: number,
  contents: number,
): number {
  const { cart, card } = submissionOf(scenario, submission);
  const number = next.orders.length;
  const isPaid = dropped.has('orderFirst');
  const isInvoice = card === 'invoice';
  next.orders.push({
    submission,
    token: tokenOf(scenario, submission),
    cart,
    contents,
    status: isPaid ? 'paid' : isInvoice ? 'placed' : 'payment_pending',
    version: 1,
    accepted: isPaid || isInvoice,
    endedByHold: false,
    holdIsOver: false,
    ends: 0,
  });
  const status = isPaid ? 'succeeded' : isInvoice ? 'due' : 'created';
  next.payments.push({ order: number, attempt: 1, card, status, version: 1 });
  const row = next.carts[cart];
  if (row) row.ordered = true;
  moveUnit(next, number, 'order');
  for (const charge of next.charges)
    if (charge.order === undefined && charge.submission === submission) charge.order = number;
  return number;
}

function goOnWith(next: State, index: number, decision: Decision) {
  if (decision.outcome !== 'accepted') return finish(next, index, 'no');
  const order = Number(decision.receipt.id);
  if (!decision.paymentDue) return finish(next, index, 'order', order);
  Object.assign(workAt(next, index), { at: 'look', order, plan: undefined });
}
