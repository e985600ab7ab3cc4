import { describe, expect, test } from 'vitest';
import { type Span, Timeline } from '#proof/simulator/books/timeline.ts';

const always: Span = { earliest: Number.NEGATIVE_INFINITY, latest: Number.POSITIVE_INFINITY };

const ids = (items: Iterable<{ id: string }>) => [...items].map(({ id }) => id);

describe('a timeline', () => {
  test('is ordered by time, and by arrival within a second, however late an item arrives', () => {
    const timeline = Timeline.of([
      { id: 'b', created: 20 },
      { id: 'd', created: 30 },
      { id: 'a', created: 10 },
      { id: 'c', created: 20 },
    ]);
    expect(ids(timeline.newestFirst())).toEqual(['d', 'c', 'b', 'a']);
    timeline.put({ id: 'late', created: 15 });
    expect(ids(timeline.older(always, 'b'))).toEqual(['late', 'a']);
    expect(ids(timeline.newer(always, 'b'))).toEqual(['c', 'd']);
  });

  test('replaces an item in its place', () => {
    const timeline = Timeline.of([
      { id: 'a', created: 1, state: 'old' },
      { id: 'b', created: 2, state: 'old' },
    ]);
    timeline.put({ id: 'a', created: 1, state: 'new' });
    expect(timeline.get('a')).toEqual({ id: 'a', created: 1, state: 'new' });
    expect(ids(timeline.all())).toEqual(['a', 'b']);
  });

  test('has both ends of a span, in both directions', () => {
    const timeline = Timeline.of([1, 2, 3, 4, 5].map((created) => ({ id: `${created}`, created })));
    const span = { earliest: 2, latest: 4 };
    expect(ids(timeline.older(span))).toEqual(['4', '3', '2']);
    expect(ids(timeline.older(span, '3'))).toEqual(['2']);
    expect(ids(timeline.newer(span, '1'))).toEqual(['2', '3', '4']);
    expect(ids(timeline.newer(span, '3'))).toEqual(['4']);
    expect(ids(timeline.older({ earliest: 6, latest: 9 }))).toEqual([]);
  });

  test('has nothing before or after an item that it lacks', () => {
    const timeline = Timeline.of([{ id: 'a', created: 1 }]);
    expect(ids(timeline.older(always, 'b'))).toEqual([]);
    expect(ids(timeline.newer(always, 'b'))).toEqual([]);
  });

  test('keeps its order when the oldest items are dropped', () => {
    const timeline = Timeline.of([1, 2, 3, 4].map((created) => ({ id: `${created}`, created })));
    timeline.dropOldest(2);
    expect(timeline.get('2')).toBeUndefined();
    expect(ids(timeline.older(always, '4'))).toEqual(['3']);
  });

  // Pages were found by reading from the newest item to the cursor, so a whole list took quadratic time.
  test('reads for a page in its middle little more than the page', () => {
    let reads = 0;
    const count = 20_000;
    const timeline = Timeline.of(
      Array.from({ length: count }, (_, nth) => ({
        id: `${nth}`,
        get created() {
          reads += 1;
          return nth;
        },
      })),
    );
    timeline.at(0);
    reads = 0;
    const page = timeline.older({ earliest: 0, latest: count / 2 }, `${count / 2}`);
    const items = Array.from({ length: 100 }, () => page.next().value?.id);
    expect([items[0], items.at(-1)]).toEqual(['9999', '9900']);
    const back = timeline.newer(always, `${count / 2}`);
    for (let item = 0; item < 100; item++) back.next();
    expect(reads).toBeLessThan(300);
  });
});
