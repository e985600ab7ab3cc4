import { Timeline } from './timeline.ts';

/** A timeline of objects that belong to a PaymentIntent, which finds those of one intent, too. */
export class Shelf<Item extends { id: string; created: number; intent: string }> extends Timeline<Item> {
  readonly #ofIntent = new Map<string, string[]>();

  override put(item: Item): void {
    if (!this.get(item.id)) {
      const ids = this.#ofIntent.get(item.intent);
      if (ids) ids.push(item.id);
      else this.#ofIntent.set(item.intent, [item.id]);
    }
    super.put(item);
  }

  ofIntent(intentId: string): Timeline<Item> {
    const ids = this.#ofIntent.get(intentId) ?? [];
    return Timeline.of(ids.flatMap((id) => this.get(id) ?? []));
  }
}
