import type { Redis } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeShield, type Shield } from '#lib/platform/redis/shield.ts';
import { RedisAway } from '#lib/platform/redis/transports/replies.ts';

const deadlineMs = 100;
const probeAfterMs = 1_000;
const failuresToOpen = 3;

let shield: Shield;
let lost: string[];
let back: number;
let refused: string[];

beforeEach(() => {
  vi.useFakeTimers();
  lost = [];
  back = 0;
  refused = [];
  shield = makeShield({} as Redis, {
    deadlineMs,
    failuresToOpen,
    probeAfterMs,
    onLost: (reason) => lost.push(reason),
    onRefused: (reason) => refused.push(reason),
    onBack: () => {
      back += 1;
    },
  });
});
afterEach(() => vi.useRealTimers());

const unanswered = { answered: false };
const away = () => shield.ask(() => Promise.reject(new RedisAway('connection refused')));
const answer = () => shield.ask(async () => 'value');
const hang = () => shield.ask(() => new Promise<never>(() => {}));

async function open() {
  for (let i = 0; i < failuresToOpen; i += 1) await away();
}

test('an answer is returned to the caller', async () => {
  expect(await answer()).toEqual({ answered: true, value: 'value' });
});

test('a call that hangs times out at the deadline', async () => {
  const asked = hang();
  await vi.advanceTimersByTimeAsync(deadlineMs - 1);
  expect(await Promise.race([asked, Promise.resolve('waiting')])).toBe('waiting');
  await vi.advanceTimersByTimeAsync(2);
  expect(await asked).toEqual(unanswered);
});

test('a reply that arrived in time while the process was busy counts as an answer', async () => {
  let reply: (value: string) => void = () => {};
  const asked = shield.ask(
    () =>
      new Promise<string>((resolve) => {
        reply = resolve;
      }),
  );
  // The timer fires before the socket is read, as after a long synchronous task.
  vi.advanceTimersByTime(deadlineMs);
  reply('late, but there');
  await vi.runAllTimersAsync();
  expect(await asked).toEqual({ answered: true, value: 'late, but there' });
});

test('a command error from Redis is thrown and does not open the breaker', async () => {
  for (let i = 0; i < 2 * failuresToOpen; i += 1) {
    await expect(shield.ask(() => Promise.reject(new Error('WRONGTYPE')))).rejects.toThrow('WRONGTYPE');
    await expect(
      shield.ask(() => {
        throw new Error('before any call');
      }),
    ).rejects.toThrow('before any call');
  }
  expect(shield.state()).toBe('up');
});

test('failures open the breaker only when they come in a row', async () => {
  for (let i = 0; i < 5; i += 1) {
    await away();
    await away();
    await answer();
  }
  expect(shield.state()).toBe('up');
  await open();
  expect(shield.state()).toBe('degraded');
});

describe('while the breaker is open', () => {
  beforeEach(open);

  test('Redis is not called', async () => {
    const call = vi.fn(async () => 'value');
    expect(await shield.ask(call)).toEqual(unanswered);
    expect(call).not.toHaveBeenCalled();
  });

  test('one call probes after a while, and other calls do not wait for it', async () => {
    vi.advanceTimersByTime(probeAfterMs);
    const probe = hang();
    const call = vi.fn(async () => 'value');
    expect(await Promise.all([shield.ask(call), shield.ask(call)])).toEqual([unanswered, unanswered]);
    expect(call).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(deadlineMs + 1);
    expect(await probe).toEqual(unanswered);
    expect(await shield.ask(call)).toEqual(unanswered);
    expect(call).not.toHaveBeenCalled();
  });

  test('an answered probe closes it', async () => {
    vi.advanceTimersByTime(probeAfterMs);
    expect(await answer()).toEqual({ answered: true, value: 'value' });
    expect(shield.state()).toBe('up');
    expect(await Promise.all([answer(), answer()])).toEqual(
      Array(2).fill({ answered: true, value: 'value' }),
    );
  });

  test('a probe that gets a command error closes it too, because Redis is reachable', async () => {
    vi.advanceTimersByTime(probeAfterMs);
    await expect(shield.ask(() => Promise.reject(new Error('WRONGTYPE')))).rejects.toThrow();
    expect(shield.state()).toBe('up');
  });

  test('the loss is reported once with its reason, however many probes fail, and the return once', async () => {
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(probeAfterMs);
      await Promise.all([away(), away(), answer()]);
    }
    expect(lost).toEqual(['connection refused']);
    expect(back).toBe(0);
    vi.advanceTimersByTime(probeAfterMs);
    await answer();
    await answer();
    expect(back).toBe(1);
    await open();
    expect(lost).toHaveLength(2);
  });
});

test('a refusal is reported once with its reason, and the state is degraded from the first one', async () => {
  const refuse = () =>
    shield.ask(() =>
      Promise.reject(new RedisAway('not connected: WRONGPASS invalid username-password pair')),
    );
  expect([await refuse(), await refuse()]).toEqual([unanswered, unanswered]);
  expect(refused).toEqual(['the user or the password is wrong']);
  expect([shield.state(), shield.refusal()]).toEqual(['degraded', 'the user or the password is wrong']);
  await answer();
  expect([shield.state(), shield.refusal()]).toEqual(['up', undefined]);
  await away();
  expect([shield.state(), shield.refusal(), refused.length]).toEqual(['up', undefined, 1]);
});
