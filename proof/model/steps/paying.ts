import { isOpen, tookNothing } from '#lib/payments/payment-rows.ts';
import { orderAt, paymentOf } from '#proof/model/rows.ts';
import { type Add, type State, type Work, type World, workAt } from '#proof/model/state.ts';
import { endWithRelease } from '#proof/model/steps/ledger.ts';
import { apply, leave, settleWork } from '#proof/model/steps/settling.ts';

/**
 * From a payment's row to its charge's outcome: `lib/payments`, and the end of a hold. All work takes
 * the same steps: read the row, query the provider, settle. Only the query differs.
 */
export function payingSteps(state: State, world: World, index: number, add: Add): void {
  const work = workAt(state, index);
  if (work.at === 'look') look(state, world, work, index, add);
  if (work.at === 'ask') ask(state, work, index, add);
  if (work.at === 'asked') asked(state, work, index, add);
  if (work.at === 'settle') settleWork(state, world, index, add);
  if (work.at === 'apply') apply(state, world, index, work.plan?.settlement ?? { orderVersion: 0 }, add);
  if (work.at === 'end') endHold(state, world, work, index, add);
}

/** Whether to query the provider: `ask` of `charge-attempt.ts`, of the jobs, of an event. */
function look(state: State, { dropped }: World, work: Work, index: number, add: Add) {
  const payment = paymentOf(state, work);
  const isLeft = work.kind === 'hold' && payment.status === 'unknown' && !dropped.has('holdWaits');
  const isDue = isJob(work) ? isOpen(payment.status) && !isLeft : payment.status === 'created';
  const calls = work.kind === 'cancelCharge' && tookNothing(payment.status);
  const asks = work.kind === 'event' || work.kind === 'repair' || calls || isDue;
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
      const { submission } = orderAt(next, order);
      next.wire.push({ order, submission, attempt, card: paymentOf(next, work).card });
      workAt(next, index).at = 'asked';
    });
  }
  const found = charge?.status ?? 'absent';
  const calledOff = (kind === 'hold' || kind === 'cancelCharge') && isPayable(found);
  add(`${name} asks the provider: ${calledOff ? 'the charge is called off' : found}`, (next) => {
    if (calledOff) callOffCharge(next, { order, attempt });
    Object.assign(workAt(next, index), { at: 'settle', finding: calledOff ? 'voided' : found });
  });
}

/**
 * Whether the provider accepts a card for the charge: `cancelCharge` of `query-charge.ts` cancels such
 * charges.
 */
export const isPayable = (status: string) => status === 'requires_action' || status === 'declined';

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

/** Read again under its lock, because the order may have changed since it was found. */
function endHold(state: State, world: World, { name, order: number = 0 }: Work, index: number, add: Add) {
  const { status, holdIsOver } = orderAt(state, number);
  const isPayable = status === 'payment_pending' || status === 'payment_declined';
  const isUnsettled = state.payments.some((payment) => payment.order === number && isOpen(payment.status));
  const isLeft = !isPayable || !holdIsOver || isUnsettled;
  if (isLeft && !world.dropped.has('holdLook')) {
    return add(`${name} leaves the order as it is`, (next) => next.works.splice(index, 1));
  }
  const released = world.dropped.has('releaseInEnd') ? '' : ' and puts its stock back';
  add(`${name} cancels the order${released}`, (next) => {
    const order = orderAt(next, number);
    Object.assign(order, {
      status: 'cancelled',
      version: order.version + 1,
      endedByHold: true,
      holdIsOver: false,
      ends: order.ends + 1,
    });
    endWithRelease(next, world, number);
    next.works.splice(index, 1);
  });
}

/**
 * The job of each declined attempt. It reads its row when it starts. If no shopper confirms again, it is
 * one step, because its outcome "voided" changes nothing in a declined row.
 */
export function callsOff(state: State, { scenario }: World, add: Add): void {
  for (const [index, { order, attempt, cancelCharge, status, version }] of state.payments.entries()) {
    const isAtWork = state.works.some(
      (work) => work.kind === 'cancelCharge' && work.order === order && work.attempt === attempt,
    );
    if (isAtWork || cancelCharge === undefined || cancelCharge === 'done') continue;
    const name = `the job that calls attempt ${attempt} off`;
    if (scenario.chances.again === 0 || !tookNothing(status)) {
      add(`${name} has run`, (next) => {
        Object.assign(next.payments[index] ?? {}, { cancelCharge: 'done' });
        if (tookNothing(status)) callOffCharge(next, { order, attempt });
      });
      continue;
    }
    add(`${name} begins and sees its payment ${status}`, (next) => {
      Object.assign(next.payments[index] ?? {}, { cancelCharge: 'due' });
      next.works.push({ kind: 'cancelCharge', order, attempt, name, at: 'ask', seen: version });
    });
  }
}

/** A charge that is already paid is not changed. */
function callOffCharge({ charges }: State, { order, attempt }: { order: number; attempt: number }): void {
  for (const charge of charges)
    if (charge.order === order && charge.attempt === attempt && isPayable(charge.status))
      Object.assign(charge, { status: 'voided', event: true });
}
