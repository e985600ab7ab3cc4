import type { Intent, Refund } from '#proof/simulator/ledger/model.ts';
import type { Beside, ErrorBody, EventType, Movement } from '#proof/simulator/ledger/outcome.ts';
import type { PlantedCharge } from '#proof/simulator/ledger/planting.ts';
import type { EventState } from './event-log.ts';

/** An answer stored under its idempotency key, with the objects as they were. */
export interface KeptAnswer {
  key: string;
  /** The hash of the first request with the key: method, path and parameters. Null: any request fits. */
  fingerprint: string | null;
  endpoint: string;
  requestId: string;
  atMs: number;
  status: number;
  error?: ErrorBody;
  intent: Intent;
  refund?: Refund;
  /** The fields to expand, in Stripe's words: `latest_charge`. */
  expand: string[];
}

/**
 * One line of the journal, written as a whole or not at all: the changed objects, the money that moved, the
 * events to send, and the answer that the request's key replays from now on.
 */
export interface Line extends Beside {
  atMs: number;
  requestId?: string;
  intent?: Intent;
  intentId?: string;
  movements?: Movement[];
  events?: { id: string; type: EventType }[];
  kept?: Omit<KeptAnswer, 'atMs' | 'intent' | 'refund' | 'requestId'> & { intentId: string };
  told?: { event: string; state: EventState };
  planted?: PlantedCharge[];
}
