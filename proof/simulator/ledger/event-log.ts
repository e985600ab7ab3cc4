import type { Beside, EventType, Intent } from './model.ts';

export type EventState = 'pending' | 'delivered' | 'dropped' | 'given_up';

/** An event for the shop, with the objects as they were when it happened. */
export interface SimulatorEvent extends Beside {
  id: string;
  type: EventType;
  /** Unix seconds. */
  created: number;
  intent: Intent;
  requestId: string | null;
  key: string | null;
  state: EventState;
}

/** Stripe keeps events for 30 days. This many take 200 MB at most. */
const lifetimeSeconds = 30 * 24 * 60 * 60;
const mostEvents = 200_000;
/** How many old events are deleted in one batch. */
const forgottenTogether = 1_000;

/** All events of the last 30 days, delivered or not. */
export class EventLog {
  readonly #byId = new Map<string, SimulatorEvent>();
  #inOrder: SimulatorEvent[] = [];

  add(event: SimulatorEvent): void {
    this.#byId.set(event.id, event);
    this.#inOrder.push(event);
    const tooMany = this.#inOrder.length > mostEvents;
    const tooOld = (this.#inOrder[forgottenTogether]?.created ?? event.created) + lifetimeSeconds;
    if (!tooMany && tooOld >= event.created) return;
    for (const { id } of this.#inOrder.slice(0, forgottenTogether)) this.#byId.delete(id);
    this.#inOrder = this.#inOrder.slice(forgottenTogether);
  }

  get(id: string): SimulatorEvent | undefined {
    return this.#byId.get(id);
  }

  all(): SimulatorEvent[] {
    return [...this.#inOrder];
  }

  /** Lazily: a search for recent events stops early. */
  *newestFirst(): Generator<SimulatorEvent> {
    const events = this.#inOrder;
    for (let at = events.length - 1; at >= 0; at--) yield events[at] as SimulatorEvent;
  }
}
