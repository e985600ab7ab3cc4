import type { Intent } from '#proof/simulator/ledger/model.ts';
import type { Beside, EventType } from '#proof/simulator/ledger/outcome.ts';
import { Timeline } from './timeline.ts';

export type EventState = 'pending' | 'delivered' | 'dropped' | 'given_up';

/** An event for the shop, with the objects as they were when it happened. */
export interface SimulatorEvent extends Beside {
  id: string;
  type: EventType;
  /** Unix seconds. */
  created: number;
  /** Absent in events about payouts. */
  intent?: Intent;
  requestId: string | null;
  key: string | null;
  state: EventState;
}

/** Stripe keeps events for 30 days. This many take 200 MB at most. */
const lifetimeSeconds = 30 * 24 * 60 * 60;
const mostEvents = 200_000;
/** How many old events are deleted in one batch, which renumbers the others. */
const forgottenTogether = 10_000;

/** All events of the last 30 days, delivered or not. */
export class EventLog extends Timeline<SimulatorEvent> {
  override put(event: SimulatorEvent): void {
    super.put(event);
    const tooMany = this.size > mostEvents;
    const tooOld = (this.at(forgottenTogether)?.created ?? event.created) + lifetimeSeconds < event.created;
    if (tooMany || tooOld) this.dropOldest(forgottenTogether);
  }
}
