import { invalid } from '#proof/simulator/http/api-error.ts';

/** What can go wrong between the shop and its provider, on request. */
export const requestKinds = [
  /** Nothing is done, and no answer comes. */
  'timeout_before',
  /** It is done, and no answer comes. */
  'timeout_after',
  /** It is done, and the connection ends before the answer. */
  'reply_lost',
  /** The connection is reset before anything is done. */
  'reset_before',
  /**
   * It is done, then a 500. The failure stands between the API and the client, so the same key gives
   * the true result afterwards, as it does at Stripe when a proxy in front of the API failed.
   */
  'error_after',
  /** It is done, then a 500 that is kept under the key: Stripe replays those too, and only a look tells. */
  'error_stored',
  /** A 500 before anything is done; not kept. */
  'error_before',
  'rate_limited',
  /** The answer takes `ms`, and the key is in use for as long. */
  'slow',
] as const;

export const webhookKinds = [
  'webhook_duplicate',
  'webhook_reorder',
  'webhook_drop',
  'webhook_delay',
] as const;

/**
 * What the shop's owner does in the dashboard to the next payment that it can be done to, `ms` after
 * the payment got there. A dispute is what the cardholder does, and is decided as long again later. A
 * shopper confirms again in their own browser.
 */
export const ownerKinds = [
  'owner_refund',
  /** A tenth of the amount. */
  'owner_refund_part',
  /** All of it; and the shopper's bank sends the money back, as long again later. */
  'owner_refund_fails',
  'owner_dispute_lost',
  'owner_dispute_won',
  'owner_capture',
  /** Of a payment that waits for the shopper at their bank. */
  'owner_cancel',
  /** A declined payment, with a card that is good. */
  'shopper_confirms_again',
] as const;

export type OwnerFaultKind = (typeof ownerKinds)[number];
export type RequestFaultKind = (typeof requestKinds)[number];
export type WebhookFaultKind = (typeof webhookKinds)[number];

export interface Fault {
  kind: RequestFaultKind | WebhookFaultKind | OwnerFaultKind;
  /** What it befalls; everything, where nothing is said. `path`, `key` and `type` are regular expressions. */
  on?: { method?: string; path?: string; idempotencyKey?: string; orderId?: string; type?: string };
  /** How often (1). */
  times?: number;
  /** For `slow`, `webhook_delay` and what the owner does. */
  ms?: number;
  /** Whether the shop is told of what the owner did (`told`). */
  events?: 'told' | 'lost' | 'late';
}

/** A fault that befalls, once. */
interface Struck<Kind> {
  kind: Kind;
  ms: number;
  events: NonNullable<Fault['events']>;
}

/** A request or an event, as faults look at it. */
export interface Occasion {
  method?: string;
  path?: string;
  idempotencyKey?: string;
  orderId?: string;
  type?: string;
}

/** A test asks for a handful; patterns are short; nobody waits longer than the longest time-out. */
const limits = { faults: 1_000, pattern: 200, times: 1_000_000, ms: 120_000 };

interface Planned {
  kind: Fault['kind'];
  matches: (occasion: Occasion) => boolean;
  left: number;
  ms: number;
  events: NonNullable<Fault['events']>;
}

/** The faults that were asked for, in their order; the first that fits befalls, as often as it was asked for. */
export class Faults {
  #planned: Planned[] = [];

  /** Throws a 400 for a fault that makes no sense. */
  add(fault: Fault): void {
    const known: readonly string[] = [...requestKinds, ...webhookKinds, ...ownerKinds];
    if (!known.includes(fault?.kind)) throw invalid(`kind must be one of ${known.join(', ')}`);
    if (this.#planned.length >= limits.faults) throw invalid('Too many faults at once');
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

  /** The faults that are still to befall somebody. */
  get left(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0);
  }

  takeForRequest(occasion: Occasion): Struck<RequestFaultKind> | undefined {
    return this.#take(requestKinds, occasion);
  }

  takeForWebhook(occasion: Occasion): Struck<WebhookFaultKind> | undefined {
    return this.#take(webhookKinds, occasion);
  }

  /** `kinds` are those that can be done to a payment as it is now. */
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
