import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorEvent } from '#proof/simulator/books/event-log.ts';
import { type Fault, type Faults, type OwnerFaultKind, ownerKinds } from '#proof/simulator/faults.ts';
import { ApiError } from '#proof/simulator/http/api-error.ts';
import type { Intent } from '#proof/simulator/ledger/model.ts';
import type { EventType, Outcome } from '#proof/simulator/ledger/outcome.ts';
import type { Dashboard } from './dashboard.ts';

export interface OwnerOptions {
  dashboard: Dashboard;
  faults: Faults;
  signal: AbortSignal;
}

interface Act {
  /** The event after which a payment allows this action. */
  after: EventType;
  /** How many events the action emits, and their type. */
  announces: { events: number; type: string };
  act: (dashboard: Dashboard, intent: Intent) => Promise<Outcome>;
  /** The follow-up action, if there is one. It runs after the same delay again. */
  afterwards?: { events: number; act: (dashboard: Dashboard, outcome: Outcome) => Promise<Outcome> };
}

const refunds = { events: 2, type: '^(refund|charge)\\.' };
const disputes = { events: 2, type: '^charge\\.dispute\\.' };
const decided = (how: 'won' | 'lost'): Act['afterwards'] => ({
  events: how === 'won' ? 2 : 1,
  act: (dashboard, { dispute }) => dashboard.closeDispute(dispute?.id ?? '', how),
});

const acts: Record<OwnerFaultKind, Act> = {
  owner_refund: {
    after: 'payment_intent.succeeded',
    announces: refunds,
    act: (dashboard, intent) => dashboard.refund(intent.id),
  },
  owner_refund_part: {
    after: 'payment_intent.succeeded',
    announces: refunds,
    act: (dashboard, intent) => dashboard.refund(intent.id, Math.ceil(intent.amount / 10)),
  },
  owner_refund_fails: {
    after: 'payment_intent.succeeded',
    announces: refunds,
    act: (dashboard, intent) => dashboard.refund(intent.id),
    afterwards: { events: 2, act: (dashboard, { refund }) => dashboard.failRefund(refund?.id ?? '') },
  },
  owner_dispute_lost: {
    after: 'payment_intent.succeeded',
    announces: disputes,
    act: (dashboard, intent) => dashboard.dispute(intent.id),
    afterwards: decided('lost'),
  },
  owner_dispute_won: {
    after: 'payment_intent.succeeded',
    announces: disputes,
    act: (dashboard, intent) => dashboard.dispute(intent.id),
    afterwards: decided('won'),
  },
  owner_capture: {
    after: 'payment_intent.amount_capturable_updated',
    announces: { events: 1, type: '^payment_intent\\.succeeded$' },
    act: (dashboard, intent) => dashboard.capture(intent.id),
  },
  owner_cancel: {
    after: 'payment_intent.requires_action',
    announces: { events: 1, type: '^payment_intent\\.canceled$' },
    act: (dashboard, intent) => dashboard.cancel(intent.id),
  },
  shopper_confirms_again: {
    after: 'payment_intent.payment_failed',
    announces: { events: 1, type: '^payment_intent\\.(succeeded|amount_capturable_updated)$' },
    act: (dashboard, intent) => dashboard.confirm(intent.id),
  },
};

/**
 * Performs the owner's actions that were requested as faults on the shop's payments, concurrently with the
 * shop.
 */
export class Owner {
  /** How many actions were done and not refused. */
  acts = 0;
  readonly #options: OwnerOptions;

  constructor(options: OwnerOptions) {
    this.#options = options;
  }

  hear({ type, intent }: SimulatorEvent): void {
    if (!intent) return;
    const orderId = intent.metadata.order_id;
    const possible = ownerKinds.filter((kind) => acts[kind].after === type);
    const fault = this.#options.faults.takeForOwner(possible, { type, orderId });
    // Errors are ignored: when the simulator ends, its journal is already closed.
    if (fault) void this.#act(intent, fault).catch(() => undefined);
  }

  async #act(intent: Intent, fault: { kind: OwnerFaultKind } & Pick<Fault, 'ms' | 'events'>): Promise<void> {
    const { dashboard, faults, signal } = this.#options;
    const { announces, act, afterwards } = acts[fault.kind];
    await sleep(fault.ms, undefined, { signal });
    try {
      this.#keepFromTheShop(intent, fault, announces);
      const outcome = await act(dashboard, intent);
      this.acts += 1;
      if (!afterwards) return;
      await sleep(fault.ms, undefined, { signal });
      this.#keepFromTheShop(intent, fault, { ...announces, events: afterwards.events });
      await afterwards.act(dashboard, outcome);
    } catch (error) {
      // The shopper was faster, so nothing is left to refund. Use the next payment instead.
      if (error instanceof ApiError) faults.add({ ...fault, times: 1 });
      else throw error;
    }
  }

  #keepFromTheShop(intent: Intent, { events }: Pick<Fault, 'events'>, announces: Act['announces']): void {
    if (events === 'told') return;
    this.#options.faults.add({
      kind: events === 'lost' ? 'webhook_drop' : 'webhook_delay',
      on: { type: announces.type, orderId: intent.metadata.order_id },
      times: announces.events,
      ms: lateMs,
    });
  }
}

/** A late event arrives after the shop had time to ship. */
const lateMs = 5_000;
