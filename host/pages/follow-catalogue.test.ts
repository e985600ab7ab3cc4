import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followCatalogue } from '#host/pages/follow-catalogue.ts';
import type { readChangedTags } from '#lib/catalogue/changed-tags.ts';

const read = vi.hoisted(() => vi.fn<typeof readChangedTags>());
vi.mock('#lib/catalogue/changed-tags.ts', () => ({ readChangedTags: read }));
vi.mock('#lib/platform/logger.ts', () => ({ logger: () => ({ warn }) }));
const warn = vi.hoisted(() => vi.fn());

const renderAgain = vi.fn(async (_tags: string[]) => undefined);
const positionOf = (openSince: bigint) => ({ openSince, known: new Map() });
let stop: () => Promise<void>;

/** Starts with these looks; all later ones find nothing. */
async function follow(...looks: string[][]): Promise<void> {
  let count = 0n;
  read.mockImplementation(async () => {
    count += 1n;
    return { tags: looks[Number(count) - 1] ?? [], position: positionOf(count) };
  });
  stop = followCatalogue(renderAgain);
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});

afterEach(async () => {
  await stop();
  vi.useRealTimers();
});

test('every tag is used when it is read and again three seconds later, and then no more', async () => {
  await follow(['a', 'b'], ['b']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(renderAgain.mock.calls).toEqual([[['a', 'b']], [['b']], [['a', 'b']], [['b']]]);
});

test('after a failure the same changes are read again, and an outage is logged once', async () => {
  await follow(['a']);
  renderAgain
    .mockRejectedValueOnce(new Error('not answered'))
    .mockRejectedValueOnce(new Error('not answered'));
  read.mockImplementation(async () => ({ tags: ['b'], position: positionOf(2n) }));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(read.mock.calls.map(([last]) => last?.openSince)).toEqual([undefined, 1n, 1n, 1n]);
  expect(renderAgain.mock.calls.slice(1)).toEqual([[['b']], [['b']], [['b']]]);
  expect(warn).toHaveBeenCalledTimes(1);
});

test('a process that stops looks no more', async () => {
  await follow();
  await stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(read).toHaveBeenCalledTimes(1);
});
