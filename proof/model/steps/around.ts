import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { paymentOf, tellAgain } from '#proof/model/rows.ts';
import { type Add, type Card, type State, type Work, type World, workAt } from '#proof/model/state.ts';
import { shopperOf, tokenOf } from '#proof/model/steps/decide-order.ts';
import { ledgerEvents } from '#proof/model/steps/ledger.ts';
import { callsOff } from '#proof/model/steps/paying.ts';
import { restoring } from '#proof/model/steps/restoring.ts';

/** Events around the work in progress: new requests and jobs, and failures. */
export function stepsAround(state: State, world: World, add: Add): void {
  shoppers(state, world, add);
  jobs(state, world, add);
  reconciliations(state, add);
  ledgerEvents(state, world, add);
  provider(state, world, add);
  faults(state, world, add);
  restoring(state, world, add);
}

/** Whether the database has this payment. A restored database may have lost it. */
const isKnown = ({ payments }: State, { order, attempt }: { order: number | undefined; attempt: number }) =>
  payments.some((payment) => payment.order === order && payment.attempt === attempt);

const times = ['once', 'twice', 'three times'];
const ordinals = ['1st', '2nd', '3rd'];

function shoppers(state: State, world: World, add: Add): void {
  const { scenario, dropped } = world;
  for (const [submission, { name, times: most, tokenOf: foreign }] of scenario.submissions.entries()) {
    const sent = state.sent[submission] ?? 0;
    if (sent >= most || (foreign !== undefined && !dropped.has('tokenProof'))) continue;
    const request = `${name}'s ${ordinals[sent]} request`;
    add(`${request} is sent`, (next) => {
      next.sent[submission] = sent + 1;
      const afterAnswer = next.told[submission] !== undefined || undefined;
      next.works.push({ name: request, kind: 'submission', at: 'claim', submission, afterAnswer });
    });
    const equal = state.works.some((work) => work.submission === submission && work.at !== 'answer');
    if (!equal || dropped.has('singleFlight')) continue;
    // It gets the answer of the request that it joins, and changes nothing else.
    add(`${request} is sent, and joins an equal one in its process`, (next) => {
      next.sent[submission] = sent + 1;
    });
  }
  for (const [card, { name, times: most }] of (scenario.nextCards ?? []).entries()) {
    const sent = state.cardsSent[card] ?? 0;
    if (sent >= most || state.orders.length === 0) continue;
    add(`${name} is tried (${times[sent]})`, (next) => {
      next.cardsSent[card] = sent + 1;
      next.works.push({ name, kind: 'nextCard', at: 'read', card });
    });
  }
  if (state.chances.edit > 0 && state.carts[0] && !state.carts[0].ordered) {
    add('the shopper edits the cart', (next) => {
      next.chances.edit -= 1;
      const [cart] = next.carts;
      if (cart) cart.version += 1;
    });
  }
}

function jobs(state: State, world: World, add: Add): void {
  const { scenario, dropped } = world;
  const count = (kind: Work['kind']) => state.works.filter((work) => work.kind === kind).length;
  const begin = (says: string, work: Omit<Work, 'at' | 'name'>, name: string) =>
    add(says, (next) => next.works.push({ ...work, name, at: 'look' }));
  for (const { order, attempt, status } of state.payments) {
    if (isOpen(status) && count('job') < scenario.jobs) {
      const name = `the job for attempt ${attempt}`;
      begin(`${name} begins`, { kind: 'job', order, attempt }, name);
    }
  }
  callsOff(state, world, add);
  for (const [order, { status, holdIsOver, endedByHold, endedLongAgo }] of state.orders.entries()) {
    const waits = status === 'payment_pending' || status === 'payment_declined';
    if (waits && !holdIsOver && state.chances.hold > 0) {
      add('the clock passes the end of the hold', (next) => {
        next.chances.hold -= 1;
        Object.assign(next.orders[order] ?? {}, { holdIsOver: true });
      });
    }
    if (waits && holdIsOver && count('hold') === 0) {
      begin('the job for holds begins', { kind: 'hold', order }, 'the job for holds');
    }
    if (status === 'cancelled' && endedByHold && !endedLongAgo && state.chances.day > 0) {
      add('a day passes after the order has ended', (next) => {
        next.chances.day -= 1;
        Object.assign(next.orders[order] ?? {}, { endedLongAgo: true });
      });
    }
  }
  for (const [index, { order, attempt, event }] of state.charges.entries()) {
    const isAtWork = state.works.some((work) => work.kind === 'event' && work.attempt === attempt);
    if (!event || isAtWork || order === undefined || dropped.has('events')) continue;
    const name = `the provider's event about attempt ${attempt}`;
    if (!isKnown(state, { order, attempt })) {
      add(`${name} arrives, and the database has no such order`, (next) => {
        Object.assign(next.charges[index] ?? {}, { event: false });
      });
      continue;
    }
    add(`${name} arrives`, (next) => {
      Object.assign(next.charges[index] ?? {}, { event: false });
      next.works.push({ kind: 'event', order, attempt, name, at: 'look' });
    });
  }
}

/** Reconciliation repairs with the functions of the jobs and of the events, beside them: `repair.ts`. */
function reconciliations(state: State, add: Add): void {
  if (state.chances.reconcile === 0) return;
  const begin = (says: string, work: Omit<Work, 'at' | 'name'>) =>
    add(`a reconciliation finds ${says}`, (next) => {
      next.chances.reconcile -= 1;
      next.works.push({ ...work, name: 'the reconciliation', at: 'look' });
    });
  for (const [order, { status, holdIsOver }] of state.orders.entries()) {
    if (holdIsOver && (status === 'payment_pending' || status === 'payment_declined'))
      begin('an order after its hold', { kind: 'hold', order });
  }
  for (const { order, attempt, status } of state.charges) {
    if (order === undefined || !isKnown(state, { order, attempt })) continue;
    if (paymentOf(state, { order, attempt }).status !== status)
      begin('a charge that differs from its payment', { kind: 'repair', order, attempt });
  }
}

const outcomes: Record<Card, ChargeStatus> = {
  invoice: 'voided',
  pays: 'succeeded',
  declines: 'declined',
  asksBank: 'requires_action',
  takesDays: 'processing',
};

const otherCards = { pays: 'a card that pays', asksBank: 'a card whose bank asks', takesDays: 'a debit' };

function provider(state: State, { scenario, dropped }: World, add: Add): void {
  for (const [index, { order, submission, attempt, card }] of state.wire.entries()) {
    const known = state.charges.some((charge) => charge.order === order && charge.attempt === attempt);
    const replays = known && !dropped.has('providerKey');
    add(
      `a request to charge attempt ${attempt} reaches the provider${replays ? ', which knows its key' : ''}`,
      (next) => {
        next.wire.splice(index, 1);
        if (replays) return;
        const status = outcomes[card];
        next.charges.push({ order, submission, attempt, status, givenBack: false, event: true });
      },
    );
  }
  for (const [index, { status, order, attempt, givenBack }] of state.charges.entries()) {
    if (status === 'requires_action') {
      add('the shopper confirms at the bank', (next) => {
        Object.assign(next.charges[index] ?? {}, { status: 'succeeded', event: true });
      });
    }
    for (const end of status === 'processing' ? (['succeeded', 'declined'] as const) : []) {
      add(`the bank ends the debit: ${end}`, (next) => {
        Object.assign(next.charges[index] ?? {}, { status: end, event: true });
      });
    }
    if (status === 'declined' && state.chances.again > 0) {
      // The shopper may also stop. Then a charge that can still be confirmed is visible in the final
      // state.
      add('the shopper confirms nothing any more', (next) => {
        next.chances.again = 0;
      });
      for (const card of scenario.againWith ?? []) {
        add(`the shopper confirms the declined charge with ${otherCards[card]}`, (next) => {
          next.chances.again -= 1;
          Object.assign(next.charges[index] ?? {}, { status: outcomes[card], event: true });
        });
      }
    }
    if (givenBack || !isKnown(state, { order, attempt })) continue;
    if (paymentOf(state, { order, attempt }).status !== 'returning') continue;
    add('the job for refunds gives the money back', (next) => {
      Object.assign(next.charges[index] ?? {}, { givenBack: true });
    });
  }
}

function faults(state: State, world: World, add: Add): void {
  if (state.chances.crash > 0) {
    for (const [index, { name }] of state.works.entries()) {
      add(`${name}: its process is killed`, (next) => {
        next.chances.crash -= 1;
        tellAgain(next, workAt(next, index));
        next.works.splice(index, 1);
      });
    }
  }
  if (
    state.chances.redis > 0 &&
    (state.claims.some((claim) => claim !== 'free') || state.locks.includes(true))
  ) {
    add('Redis is flushed', (next) => {
      next.chances.redis -= 1;
      next.claims.fill('free');
      next.locks.fill(false);
      for (const work of next.works) {
        if (work.claim) work.claim = 'lost';
        if (work.lock) work.lock = 'lost';
      }
    });
    leases(state, world, add);
  }
}

/** A lease expires while its owner is slow or dead. */
function leases(state: State, world: World, add: Add): void {
  for (const [token, claim] of state.claims.entries()) {
    if (claim !== 'held') continue;
    add('the lease of a claim and its lock runs out', (next) => {
      next.chances.redis -= 1;
      next.claims[token] = 'free';
      for (const work of next.works) {
        if (work.submission === undefined || tokenOf(world.scenario, work.submission) !== token) continue;
        if (work.claim) work.claim = 'lost';
        if (work.lock) next.locks[shopperOf(world, work.submission)] = false;
        if (work.lock) work.lock = 'lost';
      }
    });
  }
}
