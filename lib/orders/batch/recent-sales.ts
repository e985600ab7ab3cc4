/** A minute is remembered in slots of this length. */
const slotMs = 10_000;
const slots = 6;

/** Further items in a slot are not counted. One of them can't be among the hottest for long. */
const maxSkus = 1_000;

/** Counts the orders of each item in the last minute. Times are of a monotonic clock. */
export class RecentSales {
  /** The slots of the last minute by their number since the beginning of time. */
  readonly #slots = new Map<number, Map<string, number>>();

  note(skus: Iterable<string>, nowMs: number): void {
    const slot = this.#slotOf(nowMs);
    for (const sku of skus) {
      const orders = slot.get(sku);
      if (orders !== undefined || slot.size < maxSkus) slot.set(sku, (orders ?? 0) + 1);
    }
  }

  /** The items with most orders, and how many. Of equals, the first by name. */
  top(count: number, nowMs: number): [sku: string, orders: number][] {
    const first = Math.floor(nowMs / slotMs) - slots + 1;
    const sums = new Map<string, number>();
    for (const [number, slot] of this.#slots) {
      if (number < first) continue;
      for (const [sku, orders] of slot) sums.set(sku, (sums.get(sku) ?? 0) + orders);
    }
    return [...sums].sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1)).slice(0, count);
  }

  #slotOf(nowMs: number): Map<string, number> {
    const number = Math.floor(nowMs / slotMs);
    const known = this.#slots.get(number);
    if (known) return known;
    const slot = new Map<string, number>();
    this.#slots.set(number, slot);
    for (const old of this.#slots.keys()) if (old <= number - slots) this.#slots.delete(old);
    return slot;
  }
}
