import type { Shortage } from '#lib/orders/schema.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

/**
 * Decides what the page does about one submission, from the press of the button to a final answer. It
 * is pure: the state names the pending action (a request or a pause). The hook in use-submission.ts
 * performs the action and reports the result. `next` returns the next state.
 *
 * Two rules: the form unlocks only on an answer that definitely created nothing, and every resend has
 * the same body and the same token. So nothing here can order twice.
 */

/** Why an order was not placed, from the server's problem document. */
export interface Problem {
  code: string;
  detail: string;
  fields?: { path: string; message: string }[];
  items?: Shortage[];
  order?: { url: string };
  quote?: CheckoutQuote | null;
}

/** The outcome of sending the order. */
export type Reply =
  | { kind: 'placed'; url: string }
  | { kind: 'working'; retryAfterMs?: number }
  /** Not admitted. `definite`: the server says that it started no work. */
  | { kind: 'busy'; code: string; definite: boolean; retryAfterMs?: number }
  /** Nothing was created, and the same body would be refused again. */
  | { kind: 'refused'; problem: Problem }
  /** The token was already used with other details. */
  | { kind: 'key_reused'; problem: Problem }
  | { kind: 'lost' };

/** The outcome of a query about a submission. */
export type Answer =
  | { kind: 'done'; url: string }
  | { kind: 'working'; retryAfterMs?: number }
  | { kind: 'unknown' }
  | { kind: 'lost'; retryAfterMs?: number };

/** The progress of a pending submission. */
interface Course {
  startedMs: number;
  /** When the page stops retrying and says that it doesn't know the outcome. */
  deadlineMs: number;
  /** The number of automatic resends so far. */
  resends: number;
  /** The number of queries so far: the pause between queries grows with it. */
  asks: number;
  /** The number of answers in a row that nothing is recorded. */
  unknowns: number;
  /** A request was sent that may have created an order. */
  uncertain: boolean;
  /** The server has confirmed that it has the order. Before that, the page must not say "received". */
  received: boolean;
  /** Set if the submission must not be sent again: the problem to show if nothing is recorded. */
  refusal?: Problem;
}

type Step = 'sending' | 'asking';

export type SubmissionState =
  | { phase: 'ready'; problem?: Problem }
  | { phase: Step; course: Course }
  | { phase: 'pausing'; step: Step; why: 'busy' | 'working' | 'lost'; untilMs: number; course: Course }
  | { phase: 'offline'; step: Step; course: Course }
  | { phase: 'stalled' }
  | { phase: 'placed'; url: string };

export type SubmissionEvent =
  | { type: 'submit' }
  /**
   * The page was reloaded during a submission. `refusal` is the problem to show if the submission
   * created no order.
   */
  | { type: 'resume'; refusal: Problem }
  | { type: 'replied'; reply: Reply }
  | { type: 'answered'; answer: Answer }
  | { type: 'elapsed' }
  | { type: 'went_online' }
  | { type: 'went_offline' }
  | { type: 'check_again' };

export interface Surroundings {
  nowMs: number;
  online: boolean;
  /** In [0, 1): jitter for the retries of pages that were refused together. */
  random: number;
}

/** How long a shopper can be expected to watch a page that says "please wait". */
export const patienceMs = 120_000;

/** Each retry waits as long as the server asked, so six of them cover half a minute or more of overload. */
export const maxResends = 6;

/** A single answer may have overtaken a submission that was still under way. */
const unknownsUntilResend = 2;

/** After this time no request can still be under way, so "not recorded" means "not ordered". */
export const overAfterMs = 10_000;

const firstAskPauseMs = 500;
const maxAskPauseMs = 2_000;
const defaultBusyPauseMs = 2_000;

export const isLocked = (state: SubmissionState): boolean => state.phase !== 'ready';

/** The state after an event; the same object when the event changes nothing. */
export function next(state: SubmissionState, event: SubmissionEvent, around: Surroundings): SubmissionState {
  switch (event.type) {
    case 'submit':
      return state.phase === 'ready' ? begin('sending', newCourse(around, false), around) : state;
    case 'resume':
      if (state.phase !== 'ready') return state;
      return begin('asking', { ...newCourse(around, true), refusal: event.refusal }, around);
    case 'replied':
      return state.phase === 'sending' ? afterReply(state.course, event.reply, around) : state;
    case 'answered':
      return state.phase === 'asking' ? afterAnswer(state.course, event.answer, around) : state;
    case 'elapsed':
      return state.phase === 'pausing' ? begin(state.step, state.course, around) : state;
    case 'went_offline':
      return state.phase === 'pausing' ? { phase: 'offline', step: state.step, course: state.course } : state;
    case 'went_online':
      // The time offline does not count against the deadline, so the deadline starts anew.
      return state.phase === 'offline' ? begin(state.step, renewed(state.course, around), around) : state;
    case 'check_again':
      if (state.phase === 'stalled') return { phase: 'asking', course: newCourse(around, true) };
      return state.phase === 'offline' ? { phase: state.step, course: renewed(state.course, around) } : state;
  }
}

function newCourse({ nowMs }: Surroundings, uncertain: boolean): Course {
  const deadlineMs = nowMs + patienceMs;
  return { startedMs: nowMs, deadlineMs, resends: 0, asks: 0, unknowns: 0, uncertain, received: false };
}

const renewed = (course: Course, { nowMs }: Surroundings): Course => ({
  ...course,
  deadlineMs: nowMs + patienceMs,
});

function begin(step: Step, course: Course, { online }: Surroundings): SubmissionState {
  return online ? { phase: step, course } : { phase: 'offline', step, course };
}

function afterReply(before: Course, reply: Reply, around: Surroundings): SubmissionState {
  switch (reply.kind) {
    case 'placed':
      return { phase: 'placed', url: reply.url };
    case 'refused':
      return { phase: 'ready', problem: reply.problem };
    case 'key_reused':
      return begin('asking', { ...before, uncertain: true, unknowns: 0, refusal: reply.problem }, around);
    case 'working':
      return askLater(
        { ...before, uncertain: true, received: true, unknowns: 0 },
        'working',
        reply.retryAfterMs,
        around,
      );
    case 'lost':
      return askLater({ ...before, uncertain: true, unknowns: 0 }, 'lost', undefined, around);
    case 'busy':
      return afterBusy({ ...before, uncertain: before.uncertain || !reply.definite }, reply, around);
  }
}

function afterBusy(
  course: Course,
  reply: Extract<Reply, { kind: 'busy' }>,
  around: Surroundings,
): SubmissionState {
  const pauseMs = reply.retryAfterMs ?? defaultBusyPauseMs * 2 ** course.resends;
  const untilMs = around.nowMs + pauseMs * (1 + around.random / 4);
  if (course.resends >= maxResends || untilMs > course.deadlineMs) return giveUp(course, reply.code);
  const waiting = { ...course, resends: course.resends + 1 };
  if (!around.online) return { phase: 'offline', step: 'sending', course: waiting };
  return { phase: 'pausing', step: 'sending', why: 'busy', untilMs, course: waiting };
}

function giveUp(course: Course, code: string): SubmissionState {
  if (course.uncertain) return { phase: 'stalled' };
  const detail = 'The shop could not take the order. Nothing was ordered.';
  return { phase: 'ready', problem: { code, detail } };
}

function afterAnswer(before: Course, answer: Answer, around: Surroundings): SubmissionState {
  switch (answer.kind) {
    case 'done':
      return { phase: 'placed', url: answer.url };
    case 'working':
      return askLater({ ...before, received: true, unknowns: 0 }, 'working', answer.retryAfterMs, around);
    case 'lost':
      return askLater(before, 'lost', answer.retryAfterMs, around);
    case 'unknown':
      return afterUnknown({ ...before, received: false, unknowns: before.unknowns + 1 }, around);
  }
}

function afterUnknown(course: Course, around: Surroundings): SubmissionState {
  const isOver = around.nowMs >= course.startedMs + overAfterMs;
  if (course.refusal && isOver) return { phase: 'ready', problem: course.refusal };
  if (course.refusal || course.unknowns < unknownsUntilResend) {
    return askLater(course, 'lost', undefined, around);
  }
  if (course.resends >= maxResends || around.nowMs > course.deadlineMs) return { phase: 'stalled' };
  return begin('sending', { ...course, unknowns: 0, resends: course.resends + 1 }, around);
}

function askLater(
  course: Course,
  why: 'working' | 'lost',
  retryAfterMs: number | undefined,
  around: Surroundings,
): SubmissionState {
  const pauseMs = retryAfterMs ?? Math.min(firstAskPauseMs * 1.5 ** course.asks, maxAskPauseMs);
  const untilMs = around.nowMs + pauseMs * (1 + around.random / 4);
  if (untilMs > course.deadlineMs) return { phase: 'stalled' };
  const waiting = { ...course, asks: course.asks + 1 };
  if (!around.online) return { phase: 'offline', step: 'asking', course: waiting };
  return { phase: 'pausing', step: 'asking', why, untilMs, course: waiting };
}
