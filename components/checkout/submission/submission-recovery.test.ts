import { describe, expect, test } from 'vitest';
import {
  type Answer,
  maxResends,
  next,
  overAfterMs,
  patienceMs,
  type SubmissionEvent,
} from '#components/checkout/submission/submission-machine.ts';
import {
  at,
  overloaded,
  play,
  ready,
  replied,
  run,
} from '#components/checkout/submission/submission-samples.ts';

/** The submission machine after a lost reply, after a reload and without a connection. */

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
