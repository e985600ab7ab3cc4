import { type Add, type Answer, type State, type Work, type World, workAt } from '#proof/model/state.ts';
import { shopperOf, tokenOf } from '#proof/model/steps/decide-order.ts';

/** The end of a submission: `answer.ts`, and `completeClaim` and `releaseClaim` of `claim.ts`. */

/** Sets the answer. All other data of the work is dropped, so that fewer states differ. */
export function finish(next: State, index: number, answer: Answer, order?: number): void {
  const { name, kind, submission, afterAnswer, claim, lock } = workAt(next, index);
  next.works[index] = { name, kind, at: 'answer', submission, afterAnswer, claim, lock, answer, order };
}

/** Answers the shopper and updates Redis. Neither waits for the other. */
export function answer(state: State, world: World, index: number, add: Add) {
  const { name, isTold, isClaimSettled, answer } = workAt(state, index);
  if (!isTold) {
    const words = {
      order: 'is told: ordered',
      refused: 'is told: card refused',
      no: 'is told: nothing was ordered',
      later: 'is told: not known yet',
    };
    add(`${name} ${words[answer ?? 'later']}`, (next) => {
      hear(next, workAt(next, index));
      workAt(next, index).isTold = true;
      leave(next, index);
    });
    if (state.chances.loss > 0) {
      add(`${name}: the answer is lost on its way to the shopper`, (next) => {
        next.chances.loss -= 1;
        workAt(next, index).isTold = true;
        leave(next, index);
      });
    }
  }
  if (isClaimSettled) return;
  const settle = (next: State) => {
    settleClaim(next, world, workAt(next, index));
    workAt(next, index).isClaimSettled = true;
    leave(next, index);
  };
  if (hasClaim(state, index)) add(`${name} settles its claim in Redis`, settle);
}

const hasClaim = (state: State, index: number) => {
  const { claim, lock } = workAt(state, index);
  return claim !== undefined || lock !== undefined;
};

function leave(next: State, index: number): void {
  const { isTold, isClaimSettled } = workAt(next, index);
  if (isTold && (isClaimSettled || !hasClaim(next, index))) next.works.splice(index, 1);
}

/** A shopper who was told "ordered" gets the same answer from then on, for one existing order. */
function hear(next: State, { submission = 0, answer, order, afterAnswer, name }: Work): void {
  const before = next.told[submission];
  if (answer === 'order' && order !== undefined) {
    if (before !== undefined && before !== order) next.lie = `${name} is told of another order than before`;
    next.told[submission] ??= order;
  } else if (afterAnswer && (answer === 'no' || answer === 'refused')) {
    next.lie = `${name} is told "${answer}" after it was told "ordered"`;
  }
}

function settleClaim(next: State, { scenario, dropped }: World, work: Work): void {
  const { submission = 0, answer, order, claim, lock } = work;
  const token = tokenOf(scenario, submission);
  if (claim && answer === 'order' && order !== undefined) next.claims[token] = order;
  else if (claim === 'mine') next.claims[token] = 'free';
  if (lock === 'mine') next.locks[shopperOf({ scenario, dropped }, submission)] = false;
}
