/** A range of Unix seconds. Both ends are inside it. */
export interface Span {
  earliest: number;
  latest: number;
}

const always: Span = { earliest: Number.NEGATIVE_INFINITY, latest: Number.POSITIVE_INFINITY };

/**
 * Objects by id, and in the order of Stripe's lists: by `created`, and objects of the same second in the order
 * in which they were added. A page of a list takes time for its own items, however many there are.
 */
export class Timeline<Item extends { id: string; created: number }> {
  readonly #places = new Map<string, number>();
  readonly #items: Item[] = [];
  #isSorted = true;

  static of<One extends { id: string; created: number }>(items: Iterable<One>): Timeline<One> {
    const timeline = new Timeline<One>();
    for (const item of items) timeline.put(item);
    return timeline;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds an object, or replaces the one with its id. An object's `created` never changes. */
  put(item: Item): void {
    const place = this.#places.get(item.id);
    if (place !== undefined) {
      this.#items[place] = item;
      return;
    }
    const newest = this.#items.at(-1);
    if (newest && newest.created > item.created) this.#isSorted = false;
    this.#places.set(item.id, this.#items.length);
    this.#items.push(item);
  }

  get(id: string): Item | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#items[place];
  }

  /** The item with that many older ones. */
  at(place: number): Item | undefined {
    this.#sort();
    return this.#items[place];
  }

  /** A copy, oldest first. */
  all(): Item[] {
    this.#sort();
    return [...this.#items];
  }

  newestFirst(): Item[] {
    return this.all().reverse();
  }

  /** Newest first, lazily. With `cursor`, only what is older than the item with that id. */
  *older({ earliest, latest } = always, cursor?: string): Generator<Item> {
    this.#sort();
    // A list that lacks the cursor has nothing that is older.
    const end = cursor === undefined ? this.#items.length : (this.#places.get(cursor) ?? 0);
    for (let place = Math.min(end, this.#countUntil(latest)) - 1; place >= 0; place--) {
      const item = this.#items[place] as Item;
      if (item.created < earliest) return;
      yield item;
    }
  }

  /** What is newer than the item with the id `cursor`: oldest first, lazily. */
  *newer({ earliest, latest }: Span, cursor: string): Generator<Item> {
    this.#sort();
    const start = (this.#places.get(cursor) ?? this.#items.length) + 1;
    for (let place = Math.max(start, this.#countUntil(earliest - 1)); place < this.#items.length; place++) {
      const item = this.#items[place] as Item;
      if (item.created > latest) return;
      yield item;
    }
  }

  dropOldest(count: number): void {
    this.#sort();
    for (const { id } of this.#items.splice(0, count)) this.#places.delete(id);
    this.#renumber();
  }

  /** How many items were created at `second` or earlier: a binary search. */
  #countUntil(second: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle] as Item).created <= second) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Sorts when items of the past were added, once for all of them. The sort is stable. */
  #sort(): void {
    if (this.#isSorted) return;
    this.#items.sort((one, other) => one.created - other.created);
    this.#renumber();
    this.#isSorted = true;
  }

  #renumber(): void {
    for (const [place, { id }] of this.#items.entries()) this.#places.set(id, place);
  }
}
