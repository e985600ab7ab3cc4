import { expect, test } from 'vitest';
import { isPlacing, runOnce } from '#lib/checkout/gateway/single-flight.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';

const key = (change: { bodyHash?: string; confirmDuplicate?: boolean; submitToken?: string } = {}) => ({
  userId: 'u1',
  submitToken: 't-1',
  bodyHash: 'body-1',
  confirmDuplicate: false,
  ...change,
});

/** A run that ends when the test says so. */
function heldWay() {
  const { promise, resolve, reject } = Promise.withResolvers<Decision>();
  let begun = 0;
  const start = () => {
    begun += 1;
    return promise;
  };
  return { start, begun: () => begun, finish: () => resolve({ outcome: 'cart_changed' }), fail: reject };
}

test('equal concurrent submissions share one run and its answer, and a later one starts a new run', async () => {
  const way = heldWay();
  const first = runOnce(key(), way.start);
  const joined = [runOnce(key(), way.start), runOnce(key(), way.start)];
  expect([first, ...joined].map((flight) => flight.first)).toEqual([true, false, false]);
  expect(way.begun()).toBe(1);
  way.finish();
  const answers = await Promise.all([first, ...joined].map(({ running }) => running));
  expect(answers).toEqual(Array(3).fill({ outcome: 'cart_changed' }));
  const next = runOnce(key(), way.start);
  expect([next.first, way.begun()]).toEqual([true, 2]);
  await next.running;
});

test('a submission with another body, confirmation or token gets its own run', async () => {
  const way = heldWay();
  const others = [{}, { bodyHash: 'body-2' }, { confirmDuplicate: true }, { submitToken: 't-2' }];
  const flights = others.map((change) => runOnce(key(change), way.start));
  expect(flights.map(({ first }) => first)).toEqual([true, true, true, true]);
  way.finish();
  await Promise.all(flights.map(({ running }) => running));
});

test('a submission is in progress until its last run has ended', async () => {
  const [one, other] = [heldWay(), heldWay()];
  expect(isPlacing('u1', 't-1')).toBe(false);
  const flights = [runOnce(key(), one.start), runOnce(key({ bodyHash: 'body-2' }), other.start)];
  expect([isPlacing('u1', 't-1'), isPlacing('u1', 't-2'), isPlacing('u2', 't-1')]).toEqual([
    true,
    false,
    false,
  ]);
  one.finish();
  await flights[0]?.running;
  expect(isPlacing('u1', 't-1')).toBe(true);
  other.finish();
  await flights[1]?.running;
  expect(isPlacing('u1', 't-1')).toBe(false);
});

test('a failure reaches every waiting submission, is harmless when none waits, and is not kept', async () => {
  const way = heldWay();
  const flights = [runOnce(key(), way.start), runOnce(key(), way.start)];
  way.fail(new Error('the database is away'));
  const results = await Promise.allSettled(flights.map(({ running }) => running));
  expect(results).toMatchObject(Array(2).fill({ reason: { message: 'the database is away' } }));
  // No caller waits for this run. An unhandled rejection would fail this test file.
  runOnce(key(), () => Promise.reject(new Error('no request waits for this')));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isPlacing('u1', 't-1')).toBe(false);
  const way2 = heldWay();
  const next = runOnce(key(), way2.start);
  expect(next.first).toBe(true);
  way2.finish();
  await next.running;
});
