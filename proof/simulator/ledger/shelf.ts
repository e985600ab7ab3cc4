/** Objects of one kind, by id and by PaymentIntent, in the order of their creation. */
export class Shelf<Item extends { id: string; intent: string }> {
  readonly #items = new Map<string, Item>();
  readonly #ofIntent = new Map<string, string[]>();

  /** Adds an object, or replaces the one with its id. */
  put(item: Item): void {
    if (!this.#items.has(item.id)) {
      const ids = this.#ofIntent.get(item.intent);
      if (ids) ids.push(item.id);
      else this.#ofIntent.set(item.intent, [item.id]);
    }
    this.#items.set(item.id, item);
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  /** Those of one intent, or all. */
  newestFirst(intentId?: string): Item[] {
    const ids = intentId === undefined ? [...this.#items.keys()] : (this.#ofIntent.get(intentId) ?? []);
    return ids.flatMap((id) => this.#items.get(id) ?? []).reverse();
  }
}
