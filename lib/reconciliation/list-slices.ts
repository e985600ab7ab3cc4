import type { ProviderEntry } from '#lib/payment-provider/provider.ts';

/**
 * Lists a time range in slices, several at a time: one request of a provider far away takes a third of a second, and
 * a range of a million entries has 10,000 pages. Each slice is listed newest first. What is left of the slices is
 * the position from which another process can continue.
 */

/** A part of the range that is not listed yet: from `since` to before `until`, after the entry `after`. */
export interface Slice {
  since: Date;
  until: Date;
  after?: string | undefined;
}

interface Page {
  entries: ProviderEntry[];
  more: boolean;
}

export interface Lister {
  list: (slice: Slice) => Promise<Page>;
  store: (entries: ProviderEntry[]) => Promise<void>;
  /** Slices that are listed at the same time. */
  atOnce: number;
  /** By `performance.now()`: no page is begun after it, but one of each slice. */
  untilMs: number;
}

/** Lists until the time is over. Resolves with what is left; empty when everything is listed. */
export async function listSlices(slices: readonly Slice[], lister: Lister): Promise<Slice[]> {
  const left = new Set(slices.map((slice) => ({ ...slice })));
  const lanes: Promise<void>[] = [];
  const failures: unknown[] = [];
  const begin = (slice: Slice) => lanes.push(work(slice).catch((error) => void failures.push(error)));

  async function work(slice: Slice): Promise<void> {
    do {
      const page = await lister.list(slice);
      await lister.store(page.entries);
      if (!page.more) return void left.delete(slice);
      slice.after = page.entries.at(-1)?.ref;
      const older = left.size < lister.atOnce ? splitOlder(slice, page) : undefined;
      if (older) {
        left.add(older);
        begin(older);
      }
    } while (performance.now() < lister.untilMs && failures.length === 0);
  }

  for (const slice of left) begin(slice);
  // A lane may begin another one.
  for (let done = 0; done < lanes.length; done += 1) await lanes[done];
  if (failures.length > 0) throw failures[0];
  return [...left];
}

/** A slice of fewer pages is not worth another request for its end. */
const leastPages = 4;

/** Takes the older half of a slice, by time, if there may be several pages in it: by the time that its last page took. */
function splitOlder(slice: Slice, { entries }: Page): Slice | undefined {
  const [newest, oldest] = [entries[0]?.at.getTime(), entries.at(-1)?.at.getTime()];
  if (newest === undefined || oldest === undefined) return undefined;
  const leftMs = oldest - slice.since.getTime();
  if (leftMs < leastPages * Math.max(newest - oldest, 1_000)) return undefined;
  const middle = new Date(slice.since.getTime() + leftMs / 2);
  const older = { since: slice.since, until: middle };
  slice.since = middle;
  return older;
}
