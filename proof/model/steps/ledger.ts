import type { Part } from '#proof/model/guards.ts';
import { orderAt } from '#proof/model/rows.ts';
import { type Add, type Order, type Scenario, type State, type World, workAt } from '#proof/model/state.ts';

/** The stock ledger: `lib/stock`, its triggers, and the repair of a difference between both. */

type Reason = 'order' | 'cancellation';

const turnOf = ({ ends }: Order, reason: Reason): number => 2 * ends + (reason === 'order' ? 1 : 0);

/** Writes the movement of an order: `moveStock`. The trigger moves the stock in the same statement. */
export function moveUnit(next: State, order: number, reason: Reason): void {
  const units = reason === 'order' ? -1 : 1;
  next.moves.push({ order, turn: turnOf(orderAt(next, order), reason), units });
  next.left += units;
}

const isMoved = ({ moves }: State, order: number, turn: number): boolean =>
  moves.some((move) => move.order === order && move.turn === turn);

export const isRefusedByTurn = (
  state: State,
  dropped: ReadonlySet<Part>,
  order: number,
  reason: Reason,
): boolean => !dropped.has('stockTurn') && isMoved(state, order, turnOf(orderAt(state, order), reason));

/** The stock of an order that ends: `endOrder`. */
export function endWithRelease(next: State, { dropped }: World, order: number): void {
  if (dropped.has('releaseInEnd')) orderAt(next, order).release = 'due';
  else moveUnit(next, order, 'cancellation');
}

/** A unit that a job will release. */
export function isOnItsWay(state: State, order: Order): boolean {
  const number = state.orders.indexOf(order);
  return order.release === 'due' && !isMoved(state, number, turnOf(order, 'cancellation'));
}

/** What the ledger lacks: the stock minus the sum of its movements. */
export const differenceOf = ({ left, moves }: State, { stock }: Scenario): number =>
  left - moves.reduce((sum, { units }) => sum + units, stock);

export function ledgerEvents(state: State, world: World, add: Add): void {
  releases(state, world, add);
  const { chances } = state;
  if (chances.unbooked > 0) {
    add('a row of the ledger is restored, and moves no stock', (next) => {
      next.chances.unbooked -= 1;
      next.moves.push({ order: undefined, turn: 0, units: 1 });
    });
  }
  if (chances.reconcile > 0 && differenceOf(state, world.scenario) !== 0) {
    const name = `operator ${chances.reconcile}`;
    add(`${name} finds that stock and ledger differ`, (next) => {
      next.chances.reconcile -= 1;
      next.works.push({ kind: 'books', at: 'compare', name });
    });
  }
}

/** The job that releases an order's unit where its end does not. Jobs run at least once. */
function releases(state: State, { dropped }: World, add: Add): void {
  for (const [order, { release }] of state.orders.entries()) {
    if (release !== 'due') continue;
    const isRefused = isRefusedByTurn(state, dropped, order, 'cancellation');
    const words = isRefused ? 'is refused by the key of the stock ledger' : 'releases the stock';
    add(`a job ${words}`, (next) => {
      if (!isRefused) moveUnit(next, order, 'cancellation');
      orderAt(next, order).release = undefined;
    });
    if (state.chances.loss === 0) continue;
    add(`a job ${words}, and its reply is lost: it will run again`, (next) => {
      next.chances.loss -= 1;
      if (!isRefused) moveUnit(next, order, 'cancellation');
    });
  }
}

/** An operator repairs a difference: `repairDiscrepancy`, and `book_stock_difference` of the database. */
export function bookingSteps(state: State, world: World, index: number, add: Add) {
  const { name, at, plan } = workAt(state, index);
  const difference = differenceOf(state, world.scenario);
  if (at === 'book') return book(state, index, plan?.difference ?? difference, add);
  if (difference === 0) {
    return add(`${name} compares again, and finds no difference any more`, (next) =>
      next.works.splice(index, 1),
    );
  }
  add(`${name} compares again, and repairs`, (next) => {
    const read = world.dropped.has('bookLock') ? { plan: { difference } } : {};
    Object.assign(workAt(next, index), { at: 'book', ...read });
  });
}

/** With its lock, the function adds up and writes in one step. */
function book(state: State, index: number, difference: number, add: Add): void {
  const { name } = workAt(state, index);
  add(`${name} books ${difference === 0 ? 'nothing' : 'the difference'} in the ledger`, (next) => {
    if (difference !== 0) next.moves.push({ order: undefined, turn: 0, units: difference });
    next.works.splice(index, 1);
  });
}
