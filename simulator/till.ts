import { newId } from './ids.ts';
import type { Moment } from './intents.ts';
import { Journal } from './journal.ts';
import { Ledger } from './ledger.ts';
import type { ErrorBody, EventType, Intent, Movement, Outcome, Refund } from './model.ts';

/** An answer kept under its idempotency key, with the objects as they were. */
export interface KeptAnswer {
  key: string;
  /** What the key was first used for: method, path and parameters, hashed. */
  fingerprint: string;
  endpoint: string;
  requestId: string;
  atMs: number;
  status: number;
  error?: ErrorBody;
  intent: Intent;
  refund?: Refund;
  expandCharge: boolean;
}

export type EventState = 'pending' | 'delivered' | 'dropped' | 'given_up';

/** Something that happened, to be told to the shop, with the objects as they were. */
export interface TillEvent {
  id: string;
  type: EventType;
  atMs: number;
  intent: Intent;
  refund?: Refund;
  requestId: string | null;
  key: string | null;
  state: EventState;
}

/** What caused an outcome, where it was a request with a key. */
export interface Cause {
  requestId: string;
  kept?: Pick<KeptAnswer, 'key' | 'fingerprint' | 'endpoint' | 'expandCharge'>;
  /** What the key keeps instead of the true result. */
  instead?: { status: number; error: ErrorBody };
}

/**
 * One line of the journal, which is there wholly or not at all: what changed, which money moved,
 * what is announced, and what the request's key answers from now on.
 */
interface Line {
  atMs: number;
  requestId?: string;
  intent?: Intent;
  refund?: Refund;
  movements?: Movement[];
  events?: { id: string; type: EventType }[];
  kept?: Omit<KeptAnswer, 'atMs' | 'intent' | 'refund' | 'requestId'> & { intentId: string };
  told?: { event: string; state: EventState };
}

/** An intent is about a kilobyte: half a gigabyte, which a machine for development has. */
const mostIntents = 500_000;
/** Events that are remembered; a shop that was away for longer hears of the newest only. */
const mostEvents = 20_000;

/** The books: all objects in memory, every change on the disk before it is told. */
export class Till {
  readonly #options: { settleMs: number; keyLifetimeMs: number };
  readonly #intents = new Map<string, Intent>();
  readonly #intentIds: string[] = [];
  readonly #refunds = new Map<string, Refund>();
  readonly #refundsOf = new Map<string, string[]>();
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #events = new Map<string, TillEvent>();
  /** Ids of what is settled some time later. */
  readonly #waiting = new Set<string>();
  readonly #ledger = new Ledger();
  #journal: Journal | undefined;
  /** Called with what is to be told, once it is on the disk. */
  onEvent: (event: TillEvent) => void = () => undefined;

  private constructor(options: { settleMs: number; keyLifetimeMs: number }) {
    this.#options = options;
  }

  static async open(file: string, options: { settleMs: number; keyLifetimeMs: number }): Promise<Till> {
    const till = new Till(options);
    till.#journal = await Journal.open(file, (line) => till.#apply(line as Line));
    return till;
  }

  now(): Moment {
    return { nowMs: Date.now(), settleMs: this.#options.settleMs };
  }

  intent(id: string): Intent | undefined {
    return this.#intents.get(id);
  }

  /** Newest first, lazily: whoever looks for recent ones stops early. */
  *intentsNewestFirst(): Generator<Intent> {
    for (let at = this.#intentIds.length - 1; at >= 0; at--) {
      const intent = this.#intents.get(this.#intentIds[at] ?? '');
      if (intent) yield intent;
    }
  }

  refund(id: string): Refund | undefined {
    return this.#refunds.get(id);
  }

  /** Newest first, of one intent or of all. */
  refundsNewestFirst(intentId?: string): Refund[] {
    const ids = intentId === undefined ? [...this.#refunds.keys()] : (this.#refundsOf.get(intentId) ?? []);
    return ids.flatMap((id) => this.#refunds.get(id) ?? []).reverse();
  }

  events(): TillEvent[] {
    return [...this.#events.values()];
  }

  ledger(orderId?: string) {
    return this.#ledger.rows(this.#intents.values(), orderId);
  }

  /** Payments and refunds whose time has come, each handed out once. */
  takeDue(nowMs: number): { intent: Intent; refund?: Refund }[] {
    const due: { intent: Intent; refund?: Refund }[] = [];
    for (const id of this.#waiting) {
      const refund = this.#refunds.get(id);
      const intent = this.#intents.get(refund?.intent ?? id);
      const settlesAtMs = (refund ?? intent)?.settlesAtMs;
      if (intent && settlesAtMs && settlesAtMs > nowMs) continue;
      this.#waiting.delete(id);
      if (intent && settlesAtMs) due.push({ intent, refund });
    }
    return due;
  }

  get isFull(): boolean {
    return this.#intents.size >= mostIntents;
  }

  /** The answer kept under a key, for as long as Stripe promises to keep it: 24 hours. */
  keptAnswer(key: string): KeptAnswer | undefined {
    this.#forgetOldKeys();
    return this.#kept.get(key);
  }

  /** Writes what an operation came to, in one line. Resolves when it is on the disk. */
  async commit(outcome: Outcome, cause?: Cause): Promise<void> {
    const { status, intent, refund, error, movements } = outcome;
    const events = outcome.events.map((type) => ({ id: newId('evt'), type }));
    const changed = this.#intents.get(intent.id) !== intent;
    if (!changed && !refund && !cause?.kept) return;
    const line: Line = {
      atMs: Date.now(),
      requestId: cause?.requestId,
      ...(changed && { intent }),
      refund,
      movements,
      events,
      kept: cause?.kept && {
        ...cause.kept,
        ...(cause.instead ?? { status, error }),
        intentId: intent.id,
      },
    };
    this.#append(line);
    await this.durable();
    for (const { id } of events) {
      const event = this.#events.get(id);
      if (event) this.onEvent(event);
    }
  }

  /** Takes note of what became of an event. Nobody waits for it: at worst it is told again. */
  told(event: TillEvent, state: EventState): void {
    this.#append({ atMs: Date.now(), told: { event: event.id, state } });
  }

  durable(): Promise<void> {
    return this.#journal?.durable() ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  async abandon(): Promise<void> {
    await this.#journal?.abandon();
  }

  #append(line: Line): void {
    this.#apply(line);
    this.#journal?.append(line);
  }

  #apply(line: Line): void {
    const { atMs, intent, refund, movements = [], events = [], kept, told } = line;
    if (intent) {
      if (!this.#intents.has(intent.id)) this.#intentIds.push(intent.id);
      this.#intents.set(intent.id, intent);
      if (intent.settlesAtMs) this.#waiting.add(intent.id);
    }
    if (refund) this.#applyRefund(refund);
    for (const movement of movements) this.#ledger.apply(movement);
    const about = intent ?? this.#intents.get(refund?.intent ?? kept?.intentId ?? '');
    if (about) {
      const requestId = line.requestId ?? null;
      for (const { id, type } of events) {
        this.#remember({
          id,
          type,
          atMs,
          intent: about,
          refund,
          requestId,
          key: kept?.key ?? null,
          state: 'pending',
        });
      }
      if (kept) {
        const { intentId: _, ...answer } = kept;
        this.#kept.set(kept.key, { ...answer, atMs, requestId: requestId ?? '', intent: about, refund });
      }
    }
    const event = told && this.#events.get(told.event);
    if (event) event.state = told.state;
  }

  #applyRefund(refund: Refund): void {
    if (!this.#refunds.has(refund.id)) {
      const ids = this.#refundsOf.get(refund.intent) ?? [];
      ids.push(refund.id);
      this.#refundsOf.set(refund.intent, ids);
    }
    this.#refunds.set(refund.id, refund);
    if (refund.settlesAtMs) this.#waiting.add(refund.id);
  }

  #remember(event: TillEvent): void {
    this.#events.set(event.id, event);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= mostEvents) break;
      this.#events.delete(oldest);
    }
  }

  #forgetOldKeys(): void {
    const before = Date.now() - this.#options.keyLifetimeMs;
    for (const [key, { atMs }] of this.#kept) {
      // In the order they were kept: the first young one ends it.
      if (atMs > before) break;
      this.#kept.delete(key);
    }
  }
}
