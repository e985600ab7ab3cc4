import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import { orderAt } from '#proof/model/rows.ts';
import { type Add, type State, type World, workAt } from '#proof/model/state.ts';

/** The second attempt to pay the first order: `begin` and `write` of `lib/checkout/pay-order.ts`. */
export function nextCardSteps(state: State, world: World, index: number, add: Add) {
  const { name, at, plan } = workAt(state, index);
  if (at === 'write') return insert(state, world, index, plan?.nextAttempt?.orderVersion ?? 0, add);
  const attempts = state.payments.filter(({ order }) => order === 0);
  const standing = attempts.find(({ attempt }) => attempt === 2);
  if (standing) return add(`${name} finds its attempt written`, (next) => pay(next, index));
  const { status, version } = orderAt(state, 0);
  if (status !== 'payment_declined' || attempts.some((payment) => isOpen(payment.status))) {
    return add(`${name} is told that the order takes no card now`, (next) => next.works.splice(index, 1));
  }
  if (!world.dropped.has('orderLock')) return insert(state, world, index, version, add);
  add(`${name} reads without a lock that the order waits for a card`, (next) => {
    Object.assign(workAt(next, index), { at: 'write', plan: { nextAttempt: { orderVersion: version } } });
  });
}

function insert(state: State, { scenario, dropped }: World, index: number, seen: number, add: Add) {
  const { name, card: number = 0 } = workAt(state, index);
  const order = orderAt(state, 0);
  const attempts = state.payments.filter((payment) => payment.order === 0);
  const refused =
    (!dropped.has('orderVersion') && order.version !== seen) ||
    (!dropped.has('attemptKey') && attempts.some(({ attempt }) => attempt === 2)) ||
    (!dropped.has('oneLive') && attempts.some(({ status }) => !isOver(status)));
  if (refused) {
    return add(`${name} is refused: another attempt was faster`, (next) => next.works.splice(index, 1));
  }
  add(`${name} writes its attempt 2 and commits`, (next) => {
    const row = orderAt(next, 0);
    const card = scenario.nextCards?.[number]?.card ?? 'pays';
    // A new attempt gets a full hold, like the first one.
    Object.assign(row, {
      status: 'payment_pending',
      version: row.version + 1,
      endedByHold: false,
      holdIsOver: false,
    });
    next.payments.push({ order: 0, attempt: 2, card, status: 'created', version: 1 });
    pay(next, index);
  });
}

function pay(next: State, index: number): void {
  const { name, kind, card } = workAt(next, index);
  next.works[index] = { name, kind, card, at: 'look', order: 0, attempt: 2 };
}
