import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProviderEntry } from '#lib/payment-provider/provider.ts';
import { type Lister, listSlices, type Slice } from '#lib/reconciliation/list-slices.ts';

const second = 1_000;
const entryAt = (at: number, number: number) => ({ ref: `txn_${number}`, at: new Date(at) }) as ProviderEntry;

/** A provider with these entries, newest first like Stripe's lists: several may have the same second. */
function providerOf(times: readonly number[], perPage: number) {
  const entries = [...times].sort((one, other) => other - one).map(entryAt);
  const seen: string[] = [];
  let requests = 0;
  let open = 0;
  let mostOpen = 0;
  const lister: Omit<Lister, 'untilMs'> = {
    async list({ since, until, after }) {
      requests += 1;
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      const place = after === undefined ? 0 : entries.findIndex(({ ref }) => ref === after) + 1;
      const found = entries.slice(place).filter(({ at }) => at >= since && at < until);
      await new Promise(setImmediate);
      open -= 1;
      return { entries: found.slice(0, perPage), more: found.length > perPage };
    },
    async store(page) {
      seen.push(...page.map(({ ref }) => ref));
    },
    atOnce: 8,
  };
  return { entries, seen, lister, requests: () => requests, mostOpen: () => mostOpen };
}

const rangeOf = (end: number): Slice => ({ since: new Date(0), until: new Date(end) });
const forever = Number.POSITIVE_INFINITY;

test('every entry is listed once, wherever the entries are in the range', async () => {
  const time = fc.nat(500).map((seconds) => seconds * second);
  const times = fc.oneof(fc.array(time, { maxLength: 200 }), fc.array(fc.nat(3), { maxLength: 200 }));
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 1, max: 20 }), async (at, perPage) => {
      const { entries, seen, lister } = providerOf(at, perPage);
      expect(await listSlices([rangeOf(501 * second)], { ...lister, untilMs: forever })).toEqual([]);
      expect(seen.sort()).toEqual(entries.map(({ ref }) => ref).sort());
    }),
  );
});

test('what is left when the time is over is listed by the next call, also after it was written as JSON', async () => {
  const times = Array.from({ length: 1_000 }, (_, index) => index * second);
  const { entries, seen, lister } = providerOf(times, 10);
  let left = [rangeOf(1_000 * second)];
  let calls = 0;
  while (left.length > 0) {
    calls += 1;
    left = await listSlices(left, { ...lister, untilMs: 0 });
    const written = JSON.parse(JSON.stringify(left)) as { since: string; until: string; after?: string }[];
    left = written.map((slice) => ({
      ...slice,
      since: new Date(slice.since),
      until: new Date(slice.until),
    }));
  }
  expect(calls).toBeGreaterThan(5);
  expect(seen.sort()).toEqual(entries.map(({ ref }) => ref).sort());
});

test('a range of many pages is listed by several requests at a time, and by few more than it has pages', async () => {
  const times = Array.from({ length: 20_000 }, (_, index) => index * second);
  const { lister, requests, mostOpen } = providerOf(times, 100);
  await listSlices([rangeOf(20_000 * second)], { ...lister, untilMs: forever });
  expect(mostOpen()).toBe(8);
  expect(requests()).toBeLessThan(200 * 1.3);
});

test('a range of few pages is not split', async () => {
  const { lister, requests, mostOpen } = providerOf(
    [1, 2, 3, 4, 5, 6, 7].map((at) => at * second),
    3,
  );
  await listSlices([rangeOf(8 * second)], { ...lister, untilMs: forever });
  expect([requests(), mostOpen()]).toEqual([3, 1]);
});

test('a page without an answer ends the listing, after the open pages were stored', async () => {
  const times = Array.from({ length: 2_000 }, (_, index) => index * second);
  const { lister, seen } = providerOf(times, 10);
  let page = 0;
  const list: Lister['list'] = async (slice) => {
    page += 1;
    if (page === 20) throw new Error('no answer');
    return lister.list(slice);
  };
  const listing = listSlices([rangeOf(2_000 * second)], { ...lister, list, untilMs: forever });
  await expect(listing).rejects.toThrow('no answer');
  const stored = seen.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen.length).toBe(stored);
});
