import { invalid } from '#proof/simulator/http/api-error.ts';

/** The faults that a test can request between the shop and its provider. */
export const requestKinds = [
  /** Nothing is executed, and no answer is sent. */
  'timeout_before',
  /** The call is executed, and no answer is sent. */
  'timeout_after',
  /** The call is executed, and the connection closes before the answer. */
  'reply_lost',
  /** The connection is reset before anything is executed. */
  'reset_before',
  /**
   * The call is executed, then a 500 is sent. The failure is between the API and the client, so a retry with
   * the same key gets the true result. Stripe behaves like this when a proxy in front of its API fails.
   */
  'error_after',
  /**
   * The call is executed, then a 500 is stored under the key. Stripe replays such a 500 too, so only a query
   * shows the truth.
   */
  'error_stored',
  /** A 500 is sent before anything is executed. The key doesn't store it. */
  'error_before',
  'rate_limited',
  /** The answer takes `ms`, and the key is in use for that time. */
  'slow',
] as const;

export const webhookKinds = [
  'webhook_duplicate',
  'webhook_reorder',
  'webhook_drop',
  'webhook_delay',
] as const;

/**
 * What happens in the dashboard to the next payment that allows it, `ms` after the payment reached that
 * state. A dispute is opened by the cardholder and decided after the same delay again. In
 * `shopper_confirms_again`, the shopper confirms in their own browser.
 */
export const ownerKinds = [
  'owner_refund',
  /** Refunds a tenth of the amount. */
  'owner_refund_part',
  /** Refunds the whole amount. The shopper's bank returns the money after the same delay again. */
  'owner_refund_fails',
  'owner_dispute_lost',
  'owner_dispute_won',
  'owner_capture',
  /** Cancels a payment that waits for the shopper at their bank. */
  'owner_cancel',
  /** Confirms a declined payment with a valid card. */
  'shopper_confirms_again',
] as const;

export type OwnerFaultKind = (typeof ownerKinds)[number];
export type RequestFaultKind = (typeof requestKinds)[number];
export type WebhookFaultKind = (typeof webhookKinds)[number];

export interface Fault {
  kind: RequestFaultKind | WebhookFaultKind | OwnerFaultKind;
  /**
   * Which requests or events it affects; by default all. `path`, `key` and `type` are regular expressions.
   */
  on?: { method?: string; path?: string; idempotencyKey?: string; orderId?: string; type?: string };
  /** How many times it strikes. Default: 1. */
  times?: number;
  /** The delay for `slow`, `webhook_delay` and the owner's actions. */
  ms?: number;
  /** Whether the shop gets the events of the owner's action. Default: `told`. */
  events?: 'told' | 'lost' | 'late';
}

/** One strike of a fault. */
interface Struck<Kind> {
  kind: Kind;
  ms: number;
  events: NonNullable<Fault['events']>;
}

/** A request or an event, in the form that faults match against. */
export interface Occasion {
  method?: string;
  path?: string;
  idempotencyKey?: string;
  orderId?: string;
  type?: string;
}

/**
 * Tests request a handful of faults with short patterns, and no client waits longer than the longest timeout.
 */
const limits = { faults: 1_000, pattern: 200, times: 1_000_000, ms: 120_000 };

interface Planned {
  kind: Fault['kind'];
  matches: (occasion: Occasion) => boolean;
  left: number;
  ms: number;
  events: NonNullable<Fault['events']>;
}

/** The requested faults, in order. The first match strikes, until its `times` are used up. */
export class Faults {
  #planned: Planned[] = [];

  /** Throws a 400 for an invalid fault. */
  add(fault: Fault): void {
    const known: readonly string[] = [...requestKinds, ...webhookKinds, ...ownerKinds];
    if (!known.includes(fault?.kind)) throw invalid(`kind must be one of ${known.join(', ')}`);
    if (this.#planned.length >= limits.faults) throw invalid('Too many faults at the same time');
    const { kind, on = {}, times = 1, ms = 1_000, events = 'told' } = fault;
    this.#planned.push({
      kind,
      matches: matcher(on),
      left: within(times, limits.times, 'times'),
      ms: within(ms, limits.ms, 'ms'),
      events,
    });
  }

  clear(): void {
    this.#planned = [];
  }

  /** How many strikes are left. */
  get left(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0);
  }

  takeForRequest(occasion: Occasion): Struck<RequestFaultKind> | undefined {
    return this.#take(requestKinds, occasion);
  }

  takeForWebhook(occasion: Occasion): Struck<WebhookFaultKind> | undefined {
    return this.#take(webhookKinds, occasion);
  }

  /** `kinds` are the actions that the payment allows in its current state. */
  takeForOwner(kinds: readonly OwnerFaultKind[], occasion: Occasion): Struck<OwnerFaultKind> | undefined {
    return this.#take(kinds, occasion);
  }

  #take<Kind extends string>(kinds: readonly Kind[], occasion: Occasion): Struck<Kind> | undefined {
    for (const planned of this.#planned) {
      const kind = kinds.find((candidate) => candidate === planned.kind);
      if (!kind || !planned.matches(occasion)) continue;
      planned.left -= 1;
      if (planned.left === 0) this.#planned = this.#planned.filter((one) => one !== planned);
      return { kind, ms: planned.ms, events: planned.events };
    }
    return undefined;
  }
}

function matcher(on: NonNullable<Fault['on']>): Planned['matches'] {
  const patterns = (['path', 'idempotencyKey', 'type'] as const).flatMap((name) => {
    const source = on[name];
    return source === undefined ? [] : [{ name, pattern: pattern(source) }];
  });
  return (occasion) =>
    (on.method === undefined || on.method === occasion.method) &&
    (on.orderId === undefined || on.orderId === occasion.orderId) &&
    patterns.every(({ name, pattern }) => pattern.test(occasion[name] ?? ''));
}

function pattern(source: string): RegExp {
  if (source.length > limits.pattern) throw invalid('A pattern is too long');
  try {
    return new RegExp(source);
  } catch {
    throw invalid(`"${source}" is not a regular expression`);
  }
}

function within(value: number, most: number, name: string): number {
  if (!Number.isInteger(value) || value < 1 || value > most) throw invalid(`${name} must be 1 to ${most}`);
  return value;
}
