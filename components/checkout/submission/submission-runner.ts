import type { SubmissionBody } from '#components/checkout/submission/submission-client.ts';
import {
  type Answer,
  isLocked,
  next,
  type Problem,
  type Reply,
  type SubmissionEvent,
  type SubmissionState,
} from '#components/checkout/submission/submission-machine.ts';

/** The environment of the machine: the browser on the page, fakes in tests. */
export interface SubmissionWorld {
  send: (body: SubmissionBody) => Promise<Reply>;
  ask: (token: string) => Promise<Answer>;
  /** Opens the page of the placed order. */
  open: (url: string) => void;
  isOnline: () => boolean;
  /** Stores the pending submission across a reload; undefined removes it. */
  remember: (body: SubmissionBody | undefined) => void;
}

export interface SubmissionRunner {
  state: () => SubmissionState;
  subscribe: (listener: () => void) => () => void;
  /** False if a submission is already pending: this call did nothing. */
  submit: (body: SubmissionBody) => boolean;
  resume: (body: SubmissionBody, refusal: Problem) => void;
  report: (event: Extract<SubmissionEvent, { type: 'went_online' | 'went_offline' | 'check_again' }>) => void;
}

/**
 * Performs the action that the machine's state names, and reports the result. The state lives here and
 * not in React's, so that a second submit in the same tick finds the first one's lock.
 */
export function makeSubmissionRunner(world: SubmissionWorld): SubmissionRunner {
  let state: SubmissionState = { phase: 'ready' };
  let body: SubmissionBody = { submitToken: '' };
  const listeners = new Set<() => void>();

  function dispatch(event: SubmissionEvent): boolean {
    const around = { nowMs: Date.now(), online: world.isOnline(), random: Math.random() };
    const after = next(state, event, around);
    if (after === state) return false;
    state = after;
    if (after.phase === 'ready' || after.phase === 'placed') world.remember(undefined);
    for (const listener of listeners) listener();
    perform(after);
    return true;
  }

  function perform(current: SubmissionState): void {
    // Ignores a result that arrives after the state has changed.
    const report = (event: SubmissionEvent) => {
      if (state === current) dispatch(event);
    };
    if (current.phase === 'sending') world.send(body).then((reply) => report({ type: 'replied', reply }));
    if (current.phase === 'asking') {
      world.ask(body.submitToken).then((answer) => report({ type: 'answered', answer }));
    }
    if (current.phase === 'pausing') {
      setTimeout(() => report({ type: 'elapsed' }), Math.max(0, current.untilMs - Date.now()));
    }
    // There are no listeners after the shopper has gone to another page. They are not redirected from
    // it.
    if (current.phase === 'placed' && listeners.size > 0) world.open(current.url);
  }

  function start(given: SubmissionBody, event: SubmissionEvent): boolean {
    if (isLocked(state)) return false;
    body = given;
    world.remember(given);
    return dispatch(event);
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    submit: (given) => start(given, { type: 'submit' }),
    resume: (given, refusal) => start(given, { type: 'resume', refusal }),
    report: dispatch,
  };
}
