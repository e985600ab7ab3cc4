import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SubmissionBody } from '#components/checkout/submission/submission-client.ts';
import type { Answer, Reply } from '#components/checkout/submission/submission-machine.ts';
import { makeSubmissionRunner } from '#components/checkout/submission/submission-runner.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const body = { submitToken: 'token-1', email: 'a@b.example' };
const placed: Reply = { kind: 'placed', url: '/orders/1' };

/** Builds a world that answers requests from scripts; the last entry repeats. */
function makeWorld({ replies = [], answers = [] }: { replies?: Reply[]; answers?: Answer[] }) {
  const take = <T>(script: T[]) => (script.length > 1 ? script.shift() : script[0]) as T;
  let online = true;
  const world = {
    send: vi.fn(async (_body: SubmissionBody) => take(replies)),
    ask: vi.fn(async (_token: string) => take(answers)),
    open: vi.fn(),
    isOnline: () => online,
    remember: vi.fn(),
  };
  const runner = makeSubmissionRunner(world);
  runner.subscribe(() => undefined);
  const setOnline = (value: boolean) => {
    online = value;
    runner.report({ type: value ? 'went_online' : 'went_offline' });
  };
  return { ...world, runner, setOnline };
}

test('two submits in one tick send one request', async () => {
  const { runner, send, open } = makeWorld({ replies: [placed] });
  expect([runner.submit(body), runner.submit(body)]).toEqual([true, false]);
  await vi.runAllTimersAsync();
  expect(send).toHaveBeenCalledExactlyOnceWith(body);
  expect(open).toHaveBeenCalledExactlyOnceWith('/orders/1');
});

test('every resend has the same body', async () => {
  const { runner, send, ask } = makeWorld({
    replies: [{ kind: 'busy', code: 'overloaded', definite: true }, { kind: 'lost' }, placed],
    answers: [{ kind: 'unknown' }],
  });
  runner.submit(body);
  runner.submit({ submitToken: 'token-2' });
  await vi.runAllTimersAsync();
  expect(send.mock.calls).toEqual([[body], [body], [body]]);
  expect(ask.mock.calls).toEqual([['token-1'], ['token-1']]);
});

test('a submission is stored before it is sent and removed when its outcome is known', async () => {
  const refused: Reply = { kind: 'refused', problem: { code: 'out_of_stock', detail: 'Not enough.' } };
  const { runner, send, remember } = makeWorld({ replies: [refused] });
  runner.submit(body);
  expect(remember.mock.calls).toEqual([[body]]);
  expect(remember.mock.invocationCallOrder[0]).toBeLessThan(send.mock.invocationCallOrder[0] ?? 0);
  await vi.runAllTimersAsync();
  expect(remember.mock.calls).toEqual([[body], [undefined]]);
  expect(runner.submit(body)).toBe(true);
});

test('a submission with an unknown outcome stays stored', async () => {
  const { runner, remember } = makeWorld({ replies: [{ kind: 'lost' }], answers: [{ kind: 'lost' }] });
  runner.submit(body);
  await vi.runAllTimersAsync();
  expect(runner.state()).toEqual({ phase: 'stalled' });
  expect(remember.mock.calls).toEqual([[body]]);
});

test('without a connection nothing is sent or queried until it is back', async () => {
  const { runner, send, ask, setOnline } = makeWorld({
    replies: [{ kind: 'lost' }],
    answers: [{ kind: 'done', url: '/orders/1' }],
  });
  setOnline(false);
  runner.submit(body);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(send).not.toHaveBeenCalled();
  setOnline(true);
  await vi.runAllTimersAsync();
  expect(send).toHaveBeenCalledOnce();
  expect(ask).toHaveBeenCalledOnce();
  expect(runner.state().phase).toBe('placed');
});

test('a shopper who went to another page is not redirected to the order', async () => {
  const world = makeWorld({ replies: [placed] });
  const runner = makeSubmissionRunner(world);
  const leave = runner.subscribe(() => undefined);
  runner.submit(body);
  leave();
  await vi.runAllTimersAsync();
  expect(runner.state().phase).toBe('placed');
  expect(world.open).not.toHaveBeenCalled();
});

test('a pause that a lost connection interrupted does not send a second time when it ends', async () => {
  const { runner, send, setOnline } = makeWorld({
    replies: [{ kind: 'busy', code: 'overloaded', definite: true, retryAfterMs: 10_000 }, placed],
  });
  runner.submit(body);
  await vi.advanceTimersByTimeAsync(1_000);
  setOnline(false);
  // The second request hangs, so the first pause ends while that request is pending.
  send.mockImplementationOnce(() => new Promise(() => undefined));
  setOnline(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runner.state().phase).toBe('sending');
  expect(send).toHaveBeenCalledTimes(2);
});
