import { expect, test, vi } from 'vitest';
import type { Failure, ToThread } from '#host/orders/messages.ts';
import { makeThreadedWriter } from '#host/orders/threaded-writer.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';

/** A writer and what it has sent. The test is the thread. */
function makeWriter() {
  const sent: ToThread[] = [];
  const sizes: number[] = [];
  const writer = makeThreadedWriter(
    (message) => void sent.push(message),
    (size) => void sizes.push(size),
  );
  return { writer, sent, sizes };
}

const submission = (orderId: string) => ({ orderId }) as OrderRequest;
const decision: Decision = { outcome: 'cart_changed' };
const turn = () => new Promise((resolve) => setImmediate(resolve));
const failed = (kind: Failure['kind'], code?: string): Failure => ({
  kind,
  error: { type: 'Error', message: 'it failed', ...(code === undefined ? {} : { code }) },
});

test('the submissions of a turn go in one message, and every result reaches its submission', async () => {
  const { writer, sent } = makeWriter();
  const first = [writer.add(submission('a')), writer.add(submission('b'))];
  await turn();
  const later = writer.add(submission('c'));
  await turn();
  expect(sent).toEqual([
    { first: 0, orderRequests: [{ orderId: 'a' }, { orderId: 'b' }] },
    { first: 2, orderRequests: [{ orderId: 'c' }] },
  ]);
  writer.hear({
    batches: [3],
    results: [
      { id: 2, decision: { outcome: 'cart_limit' } },
      { id: 1, failure: failed('error') },
      { id: 0, decision },
    ],
  });
  expect(await Promise.allSettled([...first, later])).toMatchObject([
    { value: decision },
    { reason: { message: 'it failed' } },
    { value: { outcome: 'cart_limit' } },
  ]);
});

test('counts what waits and what is in a batch', async () => {
  const { writer, sizes } = makeWriter();
  const results = ['a', 'b', 'c'].map((id) => writer.add(submission(id)));
  expect(writer.depth()).toEqual({ waiting: 3, running: 0 });
  writer.hear({ batches: [2], results: [] });
  expect([writer.depth(), sizes]).toEqual([{ waiting: 1, running: 2 }, [2]]);
  const both = [0, 1].map((id) => ({ id, decision }));
  writer.hear({ batches: [1], results: both });
  expect(writer.depth()).toEqual({ waiting: 0, running: 1 });
  writer.hear({ batches: [], results: [{ id: 2, decision }] });
  expect(writer.depth()).toEqual({ waiting: 0, running: 0 });
  await Promise.all(results);
});

test('a submission that waited too long for a batch was in none', async () => {
  const { writer } = makeWriter();
  const results = Promise.allSettled(['a', 'b'].map((id) => writer.add(submission(id))));
  writer.hear({ batches: [1], results: [{ id: 1, failure: failed('overloaded') }] });
  expect(writer.depth()).toEqual({ waiting: 0, running: 1 });
  writer.hear({ batches: [], results: [{ id: 0, decision }] });
  expect(await results).toMatchObject([{ value: decision }, { reason: { code: 'overloaded' } }]);
});

test('tells for how long the oldest submission has had no result', () => {
  vi.useFakeTimers();
  const { writer } = makeWriter();
  expect(writer.delayMs()).toBe(0);
  void writer.add(submission('a'));
  vi.advanceTimersByTime(300);
  void writer.add(submission('b'));
  vi.advanceTimersByTime(200);
  expect(writer.delayMs()).toBe(500);
  writer.hear({ batches: [1], results: [{ id: 0, decision }] });
  expect(writer.delayMs()).toBe(200);
  vi.useRealTimers();
});

test('an outage of the database is recognised, also one that only the thread could recognise', async () => {
  const { writer } = makeWriter();
  const results = Promise.allSettled(['a', 'b', 'c'].map((id) => writer.add(submission(id))));
  writer.hear({
    batches: [3],
    results: [
      { id: 0, failure: failed('unavailable', '57P01') },
      { id: 1, failure: failed('unavailable', 'P2010') },
      { id: 2, failure: failed('error', '23505') },
    ],
  });
  const reasons = (await results).map((result) => (result as PromiseRejectedResult).reason);
  expect(reasons.map(isDatabaseAway)).toEqual([true, true, false]);
  expect(reasons.map(({ code }) => code)).toEqual(['57P01', 'P1001', '23505']);
});

test('refuses more than may wait', async () => {
  const { writer } = makeWriter();
  const admitted = Array.from({ length: 4_096 }, (_, index) => writer.add(submission(String(index))));
  await expect(writer.add(submission('more'))).rejects.toMatchObject({ code: 'overloaded' });
  writer.hear({ batches: [4_096], results: admitted.map((_, id) => ({ id, decision })) });
  await Promise.all(admitted);
});

test('a drain waits for the results and refuses new submissions', async () => {
  const { writer } = makeWriter();
  const result = writer.add(submission('a'));
  let drained = false;
  const draining = writer.drain().then(() => {
    drained = true;
  });
  await expect(writer.add(submission('b'))).rejects.toMatchObject({ code: 'overloaded' });
  await turn();
  expect(drained).toBe(false);
  writer.hear({ batches: [1], results: [{ id: 0, decision }] });
  await Promise.all([draining, result]);
  await makeWriter().writer.drain();
});
