import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { orderAt, paymentOf, tellAgain } from '#proof/model/rows.ts';
import {
  type Add,
  type Payment,
  type Plan,
  type State,
  type Work,
  type World,
  workAt,
} from '#proof/model/state.ts';
import { finish } from '#proof/model/steps/answering.ts';
import { isRefusedByTurn, moveUnit } from '#proof/model/steps/ledger.ts';

/** Settles a charge: `lib/payments/settling/settle-payment.ts`. */

type Settling = NonNullable<Plan['settlement']>;

/** With its lock the transaction is one step: its reads still hold when it writes. */
export function settleWork(state: State, world: World, index: number, add: Add) {
  const { name, seen, finding = 'unknown' } = workAt(state, index);
  const payment = paymentOf(state, workAt(state, index));
  if (payment.version !== seen && !world.dropped.has('paymentVersion')) {
    return add(`${name} sees that the payment has changed meanwhile, and looks again`, (next) => {
      Object.assign(workAt(next, index), { at: 'look', seen: undefined, finding: undefined });
    });
  }
  const settlement = settlementOf(state, world, payment, finding);
  if (!world.dropped.has('orderLock')) return apply(state, world, index, settlement, add);
  add(`${name} reads order and payments without a lock`, (next) => {
    Object.assign(workAt(next, index), { at: 'apply', plan: { settlement } });
  });
}

/** The shop's own `settle`, on rows of the model. */
function settlementOf(
  state: State,
  { dropped }: World,
  { order, attempt, status }: Payment,
  finding: Work['finding'] = 'unknown',
): Settling {
  const row = orderAt(state, order);
  const said: Finding =
    finding === 'absent' || finding === 'unknown'
      ? finding
      : { status: finding, amountMinor: 1, currency: 'USD' };
  const input = {
    order: {
      status: row.status,
      endedBy: row.endedByHold ? ('hold' as const) : ('operator' as const),
      paidAttempt: null,
      fulfilled: false,
    },
    payments: state.payments
      .filter((payment) => payment.order === order)
      .map((payment) => ({ ...payment, amountMinor: 1 })),
    attempt,
    finding: said,
  };
  let settlement = settle(input);
  const isTooLate = row.endedLongAgo && !dropped.has('oneDay');
  if (settlement.takeStock && isTooLate) settlement = settle({ ...input, isTooLate });
  if (settlement.takeStock && state.left < 1) settlement = settle({ ...input, stockIsGone: true });
  const { payment, order: change, takeStock, giveBack, accepts } = settlement;
  // Returning the money is an event of the order, so it increments the order's version, too.
  const to = change?.to ?? (giveBack && row.status);
  const written = { orderVersion: row.version, payment, order: to, takeStock, accepts };
  // Also when the row already says declined. The job's key limits it to one waiting job.
  const isDeclined = finding === 'declined' && (payment ?? status) === 'declined';
  return isDeclined && !dropped.has('cancelCharge') ? { ...written, cancelCharge: true } : written;
}

export function apply(state: State, { dropped }: World, index: number, settlement: Settling, add: Add) {
  const work = workAt(state, index);
  const payment = paymentOf(state, work);
  const order = orderAt(state, payment.order);
  const { payment: to = payment.status, order: status } = settlement;
  const twoLive =
    !isOver(to) &&
    state.payments.some(
      (other) => other.order === payment.order && other !== payment && !isOver(other.status),
    );
  if (twoLive && !dropped.has('oneLive')) {
    return add(`${work.name} is refused: another payment of the order is live`, (next) =>
      giveUp(next, index),
    );
  }
  if (status && order.version !== settlement.orderVersion && !dropped.has('orderVersion')) {
    return add(`${work.name} is refused: the order has changed meanwhile`, (next) => giveUp(next, index));
  }
  if (settlement.takeStock && state.left < 1 && !dropped.has('stockCheck')) {
    return add(`${work.name} is refused by the CHECK of the stock`, (next) => giveUp(next, index));
  }
  if (settlement.takeStock && isRefusedByTurn(state, dropped, payment.order, 'order')) {
    return add(`${work.name} is refused by the key of the stock ledger`, (next) => giveUp(next, index));
  }
  const changes = [to === payment.status ? '' : `payment ${to}`, status ? `order ${status}` : ''].filter(
    Boolean,
  );
  const written = changes.join(', ') || 'nothing new';
  const write = (next: State) => {
    writeSettlement(next, state.payments.indexOf(payment), settlement);
    next.works[index] = { ...workAt(next, index), finding: undefined, seen: undefined, plan: undefined };
  };
  add(`${work.name} writes: ${written}`, (next) => {
    write(next);
    leave(next, index);
  });
  if (work.kind !== 'event' || state.chances.loss === 0) return;
  add(`${work.name} writes: ${written}; the provider does not hear of it and tells again`, (next) => {
    next.chances.loss -= 1;
    write(next);
    tellAgain(next, work);
    leave(next, index);
  });
}

function writeSettlement(next: State, number: number, settlement: Settling): void {
  const payment = next.payments[number];
  if (!payment) throw new Error(`there is no payment ${number}`);
  const order = orderAt(next, payment.order);
  const { payment: to, order: status, takeStock, accepts, cancelCharge } = settlement;
  if (cancelCharge) {
    const runs = next.works.some(
      (work) =>
        work.kind === 'cancelCharge' && work.order === payment.order && work.attempt === payment.attempt,
    );
    payment.cancelCharge = runs ? 'again' : 'due';
  }
  if (to && to !== payment.status) Object.assign(payment, { status: to, version: payment.version + 1 });
  if (accepts) order.accepted = true;
  if (takeStock) moveUnit(next, payment.order, 'order');
  if (status) Object.assign(order, { status, version: order.version + 1, endedByHold: false });
  if (status === 'paid') order.holdIsOver = false;
}

/** The transaction is rolled back. An event or a job is tried again, and the shopper retries. */
function giveUp(next: State, index: number): void {
  const work = workAt(next, index);
  tellAgain(next, work);
  if (work.kind === 'submission') finish(next, index, 'later');
  else next.works.splice(index, 1);
}

/** What remains after settling: `charge-if-due.ts` answers, and the job for holds ends the order. */
export function leave(next: State, index: number): void {
  const work = workAt(next, index);
  if (work.kind === 'hold') {
    next.works[index] = { name: work.name, kind: 'hold', at: 'end', order: work.order };
  } else if (work.kind === 'submission') {
    const order = orderAt(next, work.order ?? 0);
    const isRefused = !order.accepted && !isOpen(paymentOf(next, work).status);
    finish(next, index, order.accepted ? 'order' : isRefused ? 'refused' : 'later', work.order);
  } else {
    if (work.kind === 'cancelCharge') {
      const payment = paymentOf(next, work);
      payment.cancelCharge = payment.cancelCharge === 'again' ? 'due' : 'done';
    }
    next.works.splice(index, 1);
  }
}
