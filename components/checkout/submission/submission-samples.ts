import {
  type Answer,
  next,
  type Reply,
  type SubmissionEvent,
  type SubmissionState,
  type Surroundings,
} from '#components/checkout/submission/submission-machine.ts';

/** Plays events to the submission machine, for its tests. */

export const ready: SubmissionState = { phase: 'ready' };

export const at = (nowMs: number, online = true): Surroundings => ({ nowMs, online, random: 0 });

export const replied = (reply: Reply): SubmissionEvent => ({ type: 'replied', reply });

export const answered = (answer: Answer): SubmissionEvent => ({ type: 'answered', answer });

export const overloaded = {
  kind: 'busy',
  code: 'overloaded',
  definite: true,
  retryAfterMs: 1_000,
} satisfies Reply;

/** Runs events at time 0 and online, unless an event says otherwise. */
export function run(
  events: (SubmissionEvent | [SubmissionEvent, Surroundings])[],
  from = ready,
): SubmissionState {
  return events.reduce<SubmissionState>(
    (state, entry) => (Array.isArray(entry) ? next(state, ...entry) : next(state, entry, at(0))),
    from,
  );
}

/**
 * Drives the machine as the hook does, with a server that answers from two scripts. The last entry of a
 * script repeats. Returns the final state, the performed steps and the elapsed time.
 */
export function play(
  { replies, answers = [] }: { replies: Reply[]; answers?: Answer[] },
  from: SubmissionEvent,
) {
  let nowMs = 0;
  let state = next(ready, from, at(nowMs));
  const done: string[] = [];
  const take = <T>(script: T[]) => (script.length > 1 ? script.shift() : script[0]) as T;
  for (let steps = 0; steps < 1_000; steps += 1) {
    done.push(state.phase);
    if (state.phase === 'sending') state = next(state, replied(take(replies)), at(nowMs));
    else if (state.phase === 'asking') state = next(state, answered(take(answers)), at(nowMs));
    else if (state.phase === 'pausing') {
      nowMs = state.untilMs;
      state = next(state, { type: 'elapsed' }, at(nowMs));
    } else return { state, done, nowMs, sends: done.filter((phase) => phase === 'sending').length };
  }
  throw new Error('the machine never came to rest');
}
