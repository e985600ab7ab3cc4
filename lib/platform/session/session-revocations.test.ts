import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isRevoked, loadRevocations } from '#lib/platform/session/session-revocations.ts';

/**
 * How often the database is queried, and which requests wait for it. tests/platform/sessions.test.ts cannot
 * see that.
 */

const [ada, bob] = ['4be0643f-1d98-473b-97cd-ca98a65347dd', '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'];

const findMany = vi.hoisted(() => vi.fn<() => Promise<{ userId: string }[]>>());
vi.mock('#lib/platform/database/db.ts', () => ({ db: () => ({ sessionRevocation: { findMany } }) }));

const answers = (...ended: string[]) => Promise.resolve(ended.map((userId) => ({ userId })));

/** A database query that stays open. */
function nextQuestion() {
  const question = Promise.withResolvers<{ userId: string }[]>();
  findMany.mockReturnValueOnce(question.promise);
  return question;
}

beforeEach(async () => {
  vi.useFakeTimers();
  findMany.mockReset().mockReturnValue(answers());
  await loadRevocations();
  findMany.mockClear();
});

afterEach(() => void vi.useRealTimers());

test('while the copy is fresh, no request queries the database', async () => {
  vi.advanceTimersByTime(4_000);
  for (let count = 0; count < 100; count += 1) expect(await isRevoked(ada)).toBe(false);
  expect(findMany).not.toHaveBeenCalled();
});

test('an ageing copy is renewed once, without delaying requests', async () => {
  const question = nextQuestion();
  vi.advanceTimersByTime(9_000);
  for (let count = 0; count < 100; count += 1) expect(await isRevoked(ada)).toBe(false);
  expect(findMany).toHaveBeenCalledTimes(1);
  question.resolve(await answers(ada));
  await vi.waitFor(async () => expect(await isRevoked(ada)).toBe(true));
});

test('all requests that find an expired copy wait for one query', async () => {
  const question = nextQuestion();
  vi.advanceTimersByTime(10_001);
  const asked = [ada, bob, ada].map(isRevoked);
  expect(findMany).toHaveBeenCalledTimes(1);
  question.resolve(await answers(ada));
  expect(await Promise.all(asked)).toEqual([true, false, true]);
  expect(await isRevoked(bob)).toBe(false);
  expect(findMany).toHaveBeenCalledTimes(1);
});

test('the age of a copy counts from the start of its query, not from the answer', async () => {
  const question = nextQuestion();
  vi.advanceTimersByTime(4_001);
  await isRevoked(ada);
  vi.advanceTimersByTime(4_900);
  question.resolve(await answers());
  await vi.advanceTimersByTimeAsync(5_101);
  findMany.mockReturnValue(answers(ada));
  expect(await isRevoked(ada)).toBe(true);
});

test('the copy expires while the machine sleeps', async () => {
  findMany.mockReturnValue(answers(ada));
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(await isRevoked(ada)).toBe(true);
});

test('a clock that is set back does not extend a copy', async () => {
  findMany.mockReturnValue(answers(ada));
  vi.advanceTimersByTime(10_001);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await isRevoked(ada)).toBe(true);
});

test('if the database does not answer, no session is accepted, and the next request queries again', async () => {
  nextQuestion().reject(new Error('away'));
  vi.advanceTimersByTime(10_001);
  await expect(isRevoked(ada)).rejects.toThrow('away');
  expect(await isRevoked(ada)).toBe(false);
});

test('a query that hangs times out, and its late answer does not replace a newer one', async () => {
  const question = nextQuestion();
  vi.advanceTimersByTime(10_001);
  const asked = isRevoked(ada);
  vi.advanceTimersByTime(5_001);
  await expect(asked).rejects.toThrow('not read in time');
  findMany.mockReturnValue(answers(ada));
  expect(await isRevoked(ada)).toBe(true);
  question.resolve(await answers());
  await vi.advanceTimersByTimeAsync(0);
  expect(await isRevoked(ada)).toBe(true);
});
