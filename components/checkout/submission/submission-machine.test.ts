import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  isLocked,
  maxResends,
  next,
  patienceMs,
  type Reply,
  type SubmissionEvent,
} from '#components/checkout/submission/submission-machine.ts';
import {
  answered,
  at,
  overloaded,
  play,
  ready,
  replied,
  run,
} from '#components/checkout/submission/submission-samples.ts';

const outOfStock: Reply = { kind: 'refused', problem: { code: 'out_of_stock', detail: 'Not enough.' } };

const unavailable: Reply = { kind: 'busy', code: 'unavailable', definite: false, retryAfterMs: 1_000 };

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
