import type { SubmissionBody } from '#components/checkout/submission-client.ts';
import {
  type Answer,
  isLocked,
  next,
  type Problem,
  type Reply,
  type SubmissionEvent,
  type SubmissionState,
} from '#components/checkout/submission-machine.ts';

/** The world around the machine; the page gives the browser's, tests give their own. */
export interface SubmissionWorld {
  send: (body: SubmissionBody) => Promise<Reply>;
  ask: (token: string) => Promise<Answer>;
  /** Opens the page of the order that was placed. */
  open: (url: string) => void;
  isOnline: () => boolean;
  /** Remembers the submission under way over a reload; undefined forgets it. */
  remember: (body: SubmissionBody | undefined) => void;
}

export interface SubmissionRunner {
  state: () => SubmissionState;
  subscribe: (listener: () => void) => () => void;
  /** False when one is under way already: this call did nothing. */
  submit: (body: SubmissionBody) => boolean;
  resume: (body: SubmissionBody, refusal: Problem) => void;
  report: (event: Extract<SubmissionEvent, { type: 'went_online' | 'went_offline' | 'check_again' }>) => void;
}

/**
 * Does what the machine's state names and reports what came of it. The state lives here and not
 * in React's, so a second submit in the same tick finds the first one's lock.
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
    // What comes back to another state than the one that asked for it comes too late.
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
    // Nobody listens when the shopper has gone to another page: they are not fetched back from it.
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
