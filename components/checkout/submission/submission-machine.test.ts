import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  isLocked,
  maxResends,
  next,
  overAfterMs,
  patienceMs,
  type Reply,
  type SubmissionEvent,
  type SubmissionState,
  type Surroundings,
} from '#components/checkout/submission/submission-machine.ts';

const ready: SubmissionState = { phase: 'ready' };
const at = (nowMs: number, online = true): Surroundings => ({ nowMs, online, random: 0 });
const replied = (reply: Reply): SubmissionEvent => ({ type: 'replied', reply });
const answered = (answer: Answer): SubmissionEvent => ({ type: 'answered', answer });
const outOfStock: Reply = { kind: 'refused', problem: { code: 'out_of_stock', detail: 'Not enough.' } };
const overloaded: Reply = { kind: 'busy', code: 'overloaded', definite: true, retryAfterMs: 1_000 };
const unavailable: Reply = { kind: 'busy', code: 'unavailable', definite: false, retryAfterMs: 1_000 };

/** Runs events at time 0 and online, unless an event says otherwise. */
function run(events: (SubmissionEvent | [SubmissionEvent, Surroundings])[], from = ready): SubmissionState {
  return events.reduce<SubmissionState>(
    (state, entry) => (Array.isArray(entry) ? next(state, ...entry) : next(state, entry, at(0))),
    from,
  );
}

/**
 * Drives the machine as the hook does, with a server that answers from two scripts. The last entry of a
 * script repeats. Returns the final state, the performed steps and the elapsed time.
 */
function play({ replies, answers = [] }: { replies: Reply[]; answers?: Answer[] }, from: SubmissionEvent) {
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

describe('the lock', () => {
  test('a second submit while one is under way changes nothing', () => {
    const sending = next(ready, { type: 'submit' }, at(0));
    expect(sending.phase).toBe('sending');
    expect(next(sending, { type: 'submit' }, at(1))).toBe(sending);
  });

  test('stays locked after the order is placed', () => {
    const placed = run([{ type: 'submit' }, replied({ kind: 'placed', url: '/orders/1' })]);
    expect(placed).toEqual({ phase: 'placed', url: '/orders/1' });
    expect(next(placed, { type: 'submit' }, at(0))).toBe(placed);
    expect(isLocked(placed)).toBe(true);
  });

  test('opens when the server refused the order, with the problem to show', () => {
    expect(run([{ type: 'submit' }, replied(outOfStock)])).toEqual({
      phase: 'ready',
      problem: { code: 'out_of_stock', detail: 'Not enough.' },
    });
  });

  test('opens only on an answer that definitely created nothing, for any sequence of events', () => {
    const reply = fc.constantFrom<Reply>(
      { kind: 'lost' },
      { kind: 'working' },
      { kind: 'working', retryAfterMs: 700 },
      unavailable,
      overloaded,
      { kind: 'placed', url: '/orders/1' },
    );
    const answer = fc.constantFrom<Answer>(
      { kind: 'lost' },
      { kind: 'working' },
      { kind: 'unknown' },
      { kind: 'done', url: '/orders/1' },
    );
    const event = fc.oneof(
      reply.map(replied),
      answer.map(answered),
      fc.constantFrom<SubmissionEvent>(
        { type: 'submit' },
        { type: 'elapsed' },
        { type: 'went_offline' },
        { type: 'went_online' },
        { type: 'check_again' },
      ),
    );
    const entry = fc.tuple(
      event,
      fc.boolean(),
      fc.integer({ min: 0, max: 5_000 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
        let nowMs = 0;
        // Its first reply was lost, so from here on the request may have created an order.
        let state = run([{ type: 'submit' }, replied({ kind: 'lost' })]);
        for (const [what, online, passedMs, random] of entries) {
          nowMs += passedMs;
          state = next(state, what, { nowMs, online, random });
          expect(isLocked(state)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a submission that is in progress', () => {
  test('is queried until it is done, at growing intervals of up to two seconds', () => {
    const answers: Answer[] = [
      ...Array<Answer>(6).fill({ kind: 'working' }),
      { kind: 'done', url: '/orders/1' },
    ];
    const { state, sends, nowMs } = play({ replies: [{ kind: 'working' }], answers }, { type: 'submit' });
    expect(state).toEqual({ phase: 'placed', url: '/orders/1' });
    expect(sends).toBe(1);
    expect(nowMs).toBe(500 + 750 + 1_125 + 1_687.5 + 2_000 + 2_000 + 2_000);
  });

  test('is queried when the server says, not earlier', () => {
    const pausing = run([{ type: 'submit' }, replied({ kind: 'working', retryAfterMs: 3_000 })]);
    expect(pausing).toMatchObject({ phase: 'pausing', step: 'asking', why: 'working', untilMs: 3_000 });
  });

  test('is given up after two minutes without being sent again, and the shopper can query it', () => {
    const { state, sends, nowMs } = play(
      { replies: [{ kind: 'working' }], answers: [{ kind: 'working' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'stalled' });
    expect(sends).toBe(1);
    expect(nowMs).toBeGreaterThan(patienceMs - 2_000);
    expect(nowMs).toBeLessThanOrEqual(patienceMs);
    expect(run([[{ type: 'check_again' }, at(nowMs)]], state)).toMatchObject({ phase: 'asking' });
  });
});

describe('a lost reply', () => {
  test('is followed by queries, and leads to the order if there is one', () => {
    const { state, sends } = play(
      { replies: [{ kind: 'lost' }], answers: [{ kind: 'done', url: '/orders/1' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'placed', url: '/orders/1' });
    expect(sends).toBe(1);
  });

  test('is followed by a resend only after two answers in a row that nothing is recorded', () => {
    const { done } = play(
      {
        replies: [{ kind: 'lost' }, { kind: 'placed', url: '/orders/1' }],
        answers: [{ kind: 'unknown' }, { kind: 'working' }, { kind: 'unknown' }, { kind: 'unknown' }],
      },
      { type: 'submit' },
    );
    expect(done.filter((phase) => phase !== 'pausing')).toEqual([
      'sending',
      'asking',
      'asking',
      'asking',
      'asking',
      'sending',
      'placed',
    ]);
  });

  test('that is lost again and again ends in an honest "we do not know", after a bounded number of sends', () => {
    const { state, sends } = play(
      { replies: [{ kind: 'lost' }], answers: [{ kind: 'unknown' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'stalled' });
    expect(sends).toBe(1 + maxResends);
  });

  test('ends within two minutes if queries get no answer either', () => {
    const { state, nowMs } = play(
      { replies: [{ kind: 'lost' }], answers: [{ kind: 'lost' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'stalled' });
    expect(nowMs).toBeLessThanOrEqual(patienceMs);
  });
});

describe('after a reload in the middle of a submission', () => {
  const resume: SubmissionEvent = {
    type: 'resume',
    refusal: { code: 'not_recorded', detail: 'Not recorded.' },
  };

  test('the page queries until the order is recorded, and sends nothing', () => {
    const answers: Answer[] = [{ kind: 'unknown' }, { kind: 'working' }, { kind: 'done', url: '/orders/1' }];
    const { state, sends } = play({ replies: [], answers }, resume);
    expect(state).toEqual({ phase: 'placed', url: '/orders/1' });
    expect(sends).toBe(0);
  });

  test('the form unlocks without an order only when no request can still be under way', () => {
    const { state, sends, nowMs } = play({ replies: [], answers: [{ kind: 'unknown' }] }, resume);
    expect(state).toMatchObject({ phase: 'ready', problem: { code: 'not_recorded' } });
    expect(nowMs).toBeGreaterThanOrEqual(overAfterMs);
    expect(sends).toBe(0);
  });
});

describe('a busy shop', () => {
  test('automatically gets the same submission again after the time it named', () => {
    const { state, sends, nowMs } = play(
      { replies: [overloaded, overloaded, { kind: 'placed', url: '/orders/1' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'placed', url: '/orders/1' });
    expect(sends).toBe(3);
    expect(nowMs).toBe(2_000);
  });

  test('gets a bounded number of retries, then the form unlocks and says that nothing was ordered', () => {
    const { state, sends } = play({ replies: [overloaded] }, { type: 'submit' });
    expect(sends).toBe(1 + maxResends);
    expect(state).toMatchObject({ phase: 'ready', problem: { code: 'overloaded' } });
  });

  test('that may have begun the order never unlocks the form', () => {
    const { state, sends } = play({ replies: [unavailable, overloaded] }, { type: 'submit' });
    expect(sends).toBe(1 + maxResends);
    expect(state).toEqual({ phase: 'stalled' });
  });

  test('that asks for more time than a shopper waits unlocks the form immediately', () => {
    const { state, sends } = play(
      { replies: [{ ...overloaded, retryAfterMs: 600_000 }] },
      { type: 'submit' },
    );
    expect(sends).toBe(1);
    expect(state.phase).toBe('ready');
  });

  test('gets retries with jitter, never before the time it named', () => {
    const sending = run([{ type: 'submit' }]);
    for (const random of [0, 0.5, 0.99]) {
      const pausing = next(sending, replied(overloaded), { nowMs: 0, online: true, random });
      expect(pausing).toMatchObject({ phase: 'pausing', untilMs: 1_000 * (1 + random / 4) });
    }
  });
});

describe('a key used before with other details', () => {
  const reused: Reply = { kind: 'key_reused', problem: { code: 'key_reused', detail: 'Used before.' } };

  test('leads to the order that it created', () => {
    const { state } = play(
      { replies: [reused], answers: [{ kind: 'done', url: '/orders/1' }] },
      { type: 'submit' },
    );
    expect(state).toEqual({ phase: 'placed', url: '/orders/1' });
  });

  test('unlocks the form if it created no order, and is not sent again', () => {
    const { state, sends } = play({ replies: [reused], answers: [{ kind: 'unknown' }] }, { type: 'submit' });
    expect(state).toMatchObject({ phase: 'ready', problem: { code: 'key_reused' } });
    expect(sends).toBe(1);
  });
});

describe('without a connection', () => {
  test('a submit waits for the connection and is then sent', () => {
    const offline = next(ready, { type: 'submit' }, at(0, false));
    expect(offline).toMatchObject({ phase: 'offline', step: 'sending' });
    expect(run([[{ type: 'went_online' }, at(9_000)]], offline).phase).toBe('sending');
  });

  test('a lost reply is queried after reconnecting, with a new deadline', () => {
    const sending = run([{ type: 'submit' }]);
    const offline = next(sending, replied({ kind: 'lost' }), at(1_000, false));
    expect(offline).toMatchObject({ phase: 'offline', step: 'asking' });
    expect(run([[{ type: 'went_online' }, at(500_000)]], offline)).toMatchObject({
      phase: 'asking',
      course: { deadlineMs: 500_000 + patienceMs },
    });
  });

  test('the end of a pause does not resume the submission, and reconnecting does', () => {
    const pausing = run([{ type: 'submit' }, replied(overloaded)]);
    const offline = next(pausing, { type: 'went_offline' }, at(100, false));
    expect(offline.phase).toBe('offline');
    expect(next(offline, { type: 'elapsed' }, at(5_000, false))).toBe(offline);
    expect(next(offline, { type: 'went_online' }, at(5_000)).phase).toBe('sending');
  });

  test('a shopper can check again although the browser reports no connection', () => {
    const offline = next(ready, { type: 'submit' }, at(0, false));
    expect(next(offline, { type: 'check_again' }, at(0, false)).phase).toBe('sending');
  });
});
