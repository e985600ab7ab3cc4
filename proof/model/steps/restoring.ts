import { tellAgain } from '#proof/model/rows.ts';
import { type Add, lostOrder, type Rows, rowsOf, type State, type World } from '#proof/model/state.ts';

/**
 * The database is restored to the state of its backup. As in docs/operations.md, the processes are
 * stopped first. Redis, the provider and the shoppers keep their data, and each shopper sends the
 * submission again.
 */
export function restoring(state: State, world: World, add: Add): void {
  if (state.chances.restore === 0) return;
  const { backup } = state;
  if (backup === undefined)
    add('the database is backed up', (next) => {
      next.backup = rowsOf(next);
    });
  if (backup === undefined || backup === 'used') return;
  add('the database is restored from its backup', (next) => {
    next.chances.restore -= 1;
    next.backup = 'used';
    for (const work of next.works) tellAgain(next, work);
    next.works = [];
    Object.assign(next, rowsOf(backup));
    // The claims and locks of stopped processes expire.
    next.claims = next.claims.map((claim) => (claim === 'held' ? 'free' : claim));
    next.locks = next.locks.map(() => false);
    next.sent = next.sent.map((sent, at) => Math.min(sent, (world.scenario.submissions[at]?.times ?? 1) - 1));
    if (world.dropped.has('orderIdentity')) loseOrders(next, backup);
  });
}

/** An order that is created again gets another id. References to the lost order then match no order. */
function loseOrders(next: State, { orders: { length } }: Rows): void {
  const isLost = (order: unknown) => typeof order === 'number' && order >= length;
  for (const charge of next.charges) if (isLost(charge.order)) charge.order = lostOrder;
  next.wire = next.wire.map((asking) => (isLost(asking.order) ? { ...asking, order: lostOrder } : asking));
  next.told = next.told.map((order) => (isLost(order) ? lostOrder : order));
  next.claims = next.claims.map((claim) => (isLost(claim) ? lostOrder : claim));
}
