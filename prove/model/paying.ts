import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import { type Finding, holdsActor, settle } from '#lib/payments/settle.ts';
import { finish } from '#prove/model/ordering.ts';
import {
  type Add,
  type Payment,
  type Plan,
  type State,
  type Work,
  type World,
  workAt,
} from '#prove/model/state.ts';

/**
 * From a payment's row to what became of its charge: `lib/payments`, and the end of a hold. Everybody
 * goes the same way: look at the row, ask the provider, settle; they differ in what they ask.
 */
export function payingSteps(state: State, world: World, index: number, add: Add): void {
  const work = workAt(state, index);
  if (work.at === 'look') look(state, world, work, index, add);
  if (work.at === 'ask') ask(state, work, index, add);
  if (work.at === 'asked') asked(state, work, index, add);
  if (work.at === 'settle') settleWork(state, world, index, add);
  if (work.at === 'apply') apply(state, world, index, work.plan?.settlement ?? nothing, add);
  if (work.at === 'end') endHold(state, work, index, add);
}

/** Whether there is anything to ask the provider: `ask` of `charge-attempt.ts`, of the jobs, of an event. */
function look(state: State, { dropped }: World, work: Work, index: number, add: Add) {
  const payment = paymentOf(state, work);
  const isLeft = work.kind === 'hold' && payment.status === 'unknown' && !dropped.has('holdWaits');
  const isDue = isJob(work) ? isOpen(payment.status) && !isLeft : payment.status === 'created';
  const asks = work.kind === 'event' || isDue;
  if (!asks) return add(`${work.name} sees its payment ${payment.status}`, (next) => leave(next, index));
  add(`${work.name} sees its payment ${payment.status}`, (next) => {
    Object.assign(workAt(next, index), { at: 'ask', attempt: payment.attempt, seen: payment.version });
  });
}

const isJob = ({ kind }: Work) => kind === 'job' || kind === 'hold';

function ask(state: State, work: Work, index: number, add: Add) {
  const { name, kind, order = 0, attempt = 0 } = work;
  const charge = state.charges.find((one) => one.order === order && one.attempt === attempt);
  if (kind === 'submission' || kind === 'nextCard' || (kind === 'job' && !charge)) {
    return add(`${name} sends the charge to the provider`, (next) => {
      next.wire.push({ order, attempt });
      workAt(next, index).at = 'asked';
    });
  }
  const found = charge?.status ?? 'absent';
  const calledOff = kind === 'hold' && found === 'requires_action';
  add(`${name} asks the provider: ${calledOff ? 'the charge is called off' : found}`, (next) => {
    if (calledOff)
      Object.assign(next.charges[state.charges.indexOf(charge as never)] ?? {}, {
        status: 'voided',
        event: true,
      });
    Object.assign(workAt(next, index), { at: 'settle', finding: calledOff ? 'voided' : found });
  });
}

function asked(state: State, { name, order, attempt }: Work, index: number, add: Add): void {
  const charge = state.charges.find((one) => one.order === order && one.attempt === attempt);
  if (charge) {
    add(`${name} hears from the provider: ${charge.status}`, (next) => {
      Object.assign(workAt(next, index), { at: 'settle', finding: charge.status });
    });
  }
  if (state.chances.loss === 0) return;
  add(`${name} hears nothing from the provider`, (next) => {
    next.chances.loss -= 1;
    Object.assign(workAt(next, index), { at: 'settle', finding: 'unknown' });
  });
}

type Settling = NonNullable<Plan['settlement']>;

const nothing: Settling = { orderVersion: 0 };

/** With its lock the transaction is one step: what it read is what is there when it writes. */
function settleWork(state: State, world: World, index: number, add: Add) {
  const { name, seen, finding = 'unknown' } = workAt(state, index);
  const payment = paymentOf(state, workAt(state, index));
  if (payment.version !== seen && !world.dropped.has('paymentVersion')) {
    return add(`${name} sees that somebody has written meanwhile, and looks again`, (next) => {
      Object.assign(workAt(next, index), { at: 'look', seen: undefined, finding: undefined });
    });
  }
  const settlement = settlementOf(state, payment, finding);
  if (!world.dropped.has('orderLock')) return apply(state, world, index, settlement, add);
  add(`${name} reads order and payments without a lock`, (next) => {
    Object.assign(workAt(next, index), { at: 'apply', plan: { settlement } });
  });
}

/** The shop's own `settle`, on rows of the model. */
function settlementOf(
  state: State,
  { order, attempt }: Payment,
  finding: Work['finding'] = 'unknown',
): Settling {
  const row = orderAt(state, order);
  const said: Finding =
    finding === 'absent' || finding === 'unknown'
      ? finding
      : { status: finding, amountMinor: 1, currency: 'USD' };
  const input = {
    order: { status: row.status, lastActor: row.endedByHold ? holdsActor : 'somebody' },
    payments: state.payments.filter((payment) => payment.order === order),
    attempt,
    finding: said,
  };
  let settlement = settle(input);
  if (settlement.takeStock && state.left < 1) settlement = settle({ ...input, stockIsGone: true });
  const { payment, order: change, takeStock, giveBack, accepts } = settlement;
  // What is given back is an event of the order, so it counts its version, too.
  const to = change?.to ?? (giveBack && row.status);
  return { orderVersion: row.version, payment, order: to, takeStock, accepts };
}

function apply(state: State, { dropped }: World, index: number, settlement: Settling, add: Add) {
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
  const { payment: to, order: status, takeStock, accepts } = settlement;
  if (to && to !== payment.status) Object.assign(payment, { status: to, version: payment.version + 1 });
  if (accepts) order.accepted = true;
  if (takeStock) next.left -= 1;
  if (status) Object.assign(order, { status, version: order.version + 1, endedByHold: false });
  if (status === 'paid') order.holdIsOver = false;
}

/** Its transaction is gone; an event comes again, a job looks again, the shopper sends again. */
function giveUp(next: State, index: number): void {
  const work = workAt(next, index);
  tellAgain(next, work);
  if (work.kind === 'submission') finish(next, index, 'other');
  else next.works.splice(index, 1);
}

/** What is left to do for whoever has settled: `charge-if-due.ts` answers, the job for holds ends the order. */
function leave(next: State, index: number): void {
  const work = workAt(next, index);
  if (work.kind === 'hold') {
    next.works[index] = { name: work.name, kind: 'hold', at: 'end', order: work.order };
  } else if (work.kind === 'submission') {
    const order = orderAt(next, work.order ?? 0);
    const isRefused = !order.accepted && !isOpen(paymentOf(next, work).status);
    finish(next, index, order.accepted ? 'order' : isRefused ? 'refused' : 'other', work.order);
  } else {
    next.works.splice(index, 1);
  }
}

/** Looked at again under its lock, whatever was true when the order was found. */
function endHold(state: State, { name, order: number = 0 }: Work, index: number, add: Add) {
  const { status, holdIsOver } = orderAt(state, number);
  const isPayable = status === 'payment_pending' || status === 'payment_declined';
  const isUnsettled = state.payments.some((payment) => payment.order === number && isOpen(payment.status));
  if (!isPayable || !holdIsOver || isUnsettled) {
    return add(`${name} leaves the order as it is`, (next) => next.works.splice(index, 1));
  }
  add(`${name} cancels the order and puts its stock back`, (next) => {
    const order = orderAt(next, number);
    Object.assign(order, {
      status: 'cancelled',
      version: order.version + 1,
      endedByHold: true,
      holdIsOver: false,
    });
    next.left += 1;
    next.works.splice(index, 1);
  });
}

/** An event that came to nothing is sent again. */
export function tellAgain(next: State, { kind, order, attempt }: Work): void {
  if (kind !== 'event') return;
  for (const charge of next.charges)
    if (charge.order === order && charge.attempt === attempt) charge.event = true;
}

/** The attempt that it is about, the order's latest if none is named. */
export function paymentOf({ payments }: State, { order, attempt }: Pick<Work, 'order' | 'attempt'>): Payment {
  const payment = payments.findLast((one) => one.order === order && one.attempt === (attempt ?? one.attempt));
  if (!payment) throw new Error(`order ${order} has no payment`);
  return payment;
}

export function orderAt({ orders }: State, number: number) {
  const order = orders[number];
  if (!order) throw new Error(`there is no order ${number}`);
  return order;
}
