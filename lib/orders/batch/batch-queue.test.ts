import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { makeBatchQueue } from '#lib/orders/batch/batch-queue.ts';
import { AppError } from '#lib/platform/errors.ts';

const settled = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value });

/** A queue whose batches end when the test says so. */
function heldQueue(
  options: {
    maxWaiting?: number;
    batchOf?: (waiting: number) => number;
    maxRunning?: number;
    maxWaitMs?: number;
  } = {},
) {
  const batches: { items: number[]; finish: () => void }[] = [];
  const queue = makeBatchQueue<number, number>({
    maxWaiting: 100,
    batchOf: (waiting) => Math.min(waiting, 3),
    maxRunning: 1,
    // Longer than a busy machine pauses this process.
    maxWaitMs: 60_000,
    ...options,
    work: (items) =>
      new Promise((resolve) => {
        batches.push({ items, finish: () => resolve(items.map((item) => settled(item * 10))) });
      }),
  });
  return { queue, batches };
}

test('a lone item becomes a batch of one and starts without a wait', () => {
  const { queue, batches } = heldQueue();
  void queue.add(1);
  expect(batches.map(({ items }) => items)).toEqual([[1]]);
});

test('waiting items run as one batch, in order of arrival, up to the maximum batch size', async () => {
  const { queue, batches } = heldQueue();
  const results = [1, 2, 3, 4, 5].map((item) => queue.add(item));
  batches[0]?.finish();
  await results[0];
  expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  batches[1]?.finish();
  await results[3];
  batches[2]?.finish();
  expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50]);
});

test('no more than `maxRunning` batches run at the same time', async () => {
  const { queue, batches } = heldQueue({ maxRunning: 2 });
  for (let item = 0; item < 9; item += 1) void queue.add(item);
  expect(batches).toHaveLength(2);
  expect(queue.depth()).toEqual({ waiting: 7, running: 2 });
});

test('a full queue refuses new items immediately and still serves every waiting item', async () => {
  const { queue, batches } = heldQueue({ maxWaiting: 2 });
  const admitted = [queue.add(1), queue.add(2), queue.add(3)];
  const refused = queue.add(4);
  await expect(refused).rejects.toMatchObject({ code: 'overloaded', options: { retryAfterSeconds: 1 } });
  batches[0]?.finish();
  await admitted[0];
  batches[1]?.finish();
  expect(await Promise.all(admitted)).toEqual([10, 20, 30]);
});

test('an item that waited too long is refused and never started', async () => {
  const { queue, batches } = heldQueue({ maxWaitMs: 20 });
  const first = queue.add(1);
  const late = queue.add(2);
  late.catch(() => undefined);
  await sleep(40);
  const fresh = queue.add(3);
  batches[0]?.finish();
  await first;
  await expect(late).rejects.toMatchObject({ code: 'overloaded' });
  expect(batches[1]?.items).toEqual([3]);
  batches[1]?.finish();
  expect(await fresh).toBe(30);
});

test('an item that waited too long is refused on time even while every batch hangs', async () => {
  const { queue } = heldQueue({ maxWaitMs: 20 });
  void queue.add(1);
  // Without a refusal, the test fails by its timeout.
  await expect(queue.add(2)).rejects.toMatchObject({ code: 'overloaded' });
  expect(queue.depth()).toEqual({ waiting: 0, running: 1 });
});

test('a later item is not refused together with expired ones', async () => {
  vi.useFakeTimers();
  const { queue } = heldQueue({ maxWaitMs: 150 });
  void queue.add(1);
  const early = queue.add(2);
  vi.advanceTimersByTime(100);
  void queue.add(3);
  vi.advanceTimersByTime(60);
  vi.useRealTimers();
  await expect(early).rejects.toMatchObject({ code: 'overloaded' });
  expect(queue.depth()).toEqual({ waiting: 1, running: 1 });
});

test('each item is refused at its own deadline, and no timer fires in between', async () => {
  vi.useFakeTimers();
  const { queue } = heldQueue({ maxWaitMs: 150 });
  const began = performance.now();
  void queue.add(1);
  const toldAt: number[] = [];
  for (const item of [2, 3]) {
    queue.add(item).catch(() => toldAt.push(performance.now() - began));
    await vi.advanceTimersByTimeAsync(100);
  }
  // 200 ms have passed. The second item expires at 250 ms, and no timer fires earlier.
  await vi.advanceTimersToNextTimerAsync();
  expect(toldAt).toEqual([150, 250]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a finished item no longer counts as running', async () => {
  const { queue, batches } = heldQueue();
  const done = queue.add(1);
  batches[0]?.finish();
  await done;
  expect(queue.depth()).toEqual({ waiting: 0, running: 0 });
});

test('an item that expired while the process was busy is refused, and no empty batch starts', async () => {
  // Only the clock advances, so that time passes and no timer has fired yet.
  vi.useFakeTimers({ toFake: ['performance'] });
  const { queue, batches } = heldQueue({ maxWaitMs: 60_000 });
  const first = queue.add(1);
  const late = queue.add(2);
  vi.advanceTimersByTime(60_001);
  batches[0]?.finish();
  await first;
  await expect(late).rejects.toMatchObject({ code: 'overloaded' });
  expect(batches).toHaveLength(1);
  vi.useRealTimers();
});

test('each item has its own result, and a batch that throws rejects only its own items', async () => {
  const work = vi
    .fn()
    .mockResolvedValueOnce([{ status: 'rejected', reason: new AppError('internal') }])
    .mockRejectedValueOnce(new Error('the batch broke'))
    .mockResolvedValueOnce([settled('third')]);
  const queue = makeBatchQueue<number, string>({
    maxWaiting: 9,
    batchOf: () => 1,
    maxRunning: 1,
    maxWaitMs: 1_000,
    work,
  });
  const results = await Promise.allSettled([queue.add(1), queue.add(2), queue.add(3)]);
  expect(results).toMatchObject([
    { status: 'rejected', reason: { code: 'internal' } },
    { status: 'rejected', reason: { message: 'the batch broke' } },
    { status: 'fulfilled', value: 'third' },
  ]);
});

test('draining finishes admitted items and refuses new ones', async () => {
  const { queue, batches } = heldQueue();
  const admitted = [queue.add(1), queue.add(2)];
  let drained = false;
  const draining = queue.drain().then(() => {
    drained = true;
  });
  await expect(queue.add(3)).rejects.toMatchObject({ code: 'overloaded' });
  batches[0]?.finish();
  await admitted[0];
  expect(drained).toBe(false);
  batches[1]?.finish();
  await draining;
  expect(await Promise.all(admitted)).toEqual([10, 20]);
  await heldQueue().queue.drain();
});

test('draining waits for a running batch even when the queue is empty', async () => {
  const { queue, batches } = heldQueue();
  const admitted = queue.add(1);
  let drained = false;
  const draining = queue.drain().then(() => {
    drained = true;
  });
  await sleep(1);
  expect(drained).toBe(false);
  batches[0]?.finish();
  await draining;
  expect(await admitted).toBe(10);
});

test('the delay is the wait of the oldest waiting item, and 0 when none waits', async () => {
  vi.useFakeTimers();
  const { queue, batches } = heldQueue();
  vi.advanceTimersByTime(1_000);
  expect(queue.delayMs()).toBe(0);
  const results = [1, 2, 3].map((item) => queue.add(item));
  vi.advanceTimersByTime(40);
  void queue.add(4).catch(() => {});
  vi.advanceTimersByTime(10);
  expect(queue.delayMs()).toBe(50);
  batches[0]?.finish();
  await results[0];
  expect(queue.delayMs()).toBe(0);
  vi.useRealTimers();
});
