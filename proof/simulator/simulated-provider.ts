import { newId } from '#proof/simulator/http/ids.ts';
import { EventLog, type EventState, type SimulatorEvent } from '#proof/simulator/ledger/event-log.ts';
import { Journal } from '#proof/simulator/ledger/journal.ts';
import { Ledger } from '#proof/simulator/ledger/ledger.ts';
import type {
  BalanceTransaction,
  Beside,
  Dispute,
  ErrorBody,
  EventType,
  FraudWarning,
  Intent,
  Movement,
  Outcome,
  Refund,
  Review,
} from '#proof/simulator/ledger/model.ts';
import { type Moment, seconds } from '#proof/simulator/ledger/moment.ts';
import { Shelf } from '#proof/simulator/ledger/shelf.ts';

/** An answer stored under its idempotency key, with the objects as they were. */
export interface KeptAnswer {
  key: string;
  /** The hash of the first request with the key: method, path and parameters. */
  fingerprint: string;
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

/** The request with a key that caused an outcome, if there was one. */
export interface Cause {
  requestId: string;
  kept?: Pick<KeptAnswer, 'key' | 'fingerprint' | 'endpoint' | 'expand'>;
  /** The error that the key stores instead of the true result. */
  instead?: { status: number; error: ErrorBody };
}

/**
 * One line of the journal, written as a whole or not at all: the changed objects, the money that moved, the
 * events to send, and the answer that the request's key replays from now on.
 */
interface Line extends Beside {
  atMs: number;
  requestId?: string;
  intent?: Intent;
  intentId?: string;
  movements?: Movement[];
  events?: { id: string; type: EventType }[];
  kept?: Omit<KeptAnswer, 'atMs' | 'intent' | 'refund' | 'requestId'> & { intentId: string };
  told?: { event: string; state: EventState };
}

/** An intent takes about a kilobyte. So this is half a gigabyte, which a development machine has. */
const mostIntents = 500_000;

export interface SimulatorOptions {
  settleMs: number;
  keyLifetimeMs: number;
  /** How far its clock is ahead of the true time. */
  clockAheadMs: number;
}

/** The provider's books: all objects in memory, and every change on the disk before its answer is sent. */
export class SimulatedProvider {
  readonly #options: SimulatorOptions;
  readonly #intents = new Map<string, Intent>();
  readonly #intentIds: string[] = [];
  readonly #intentOfCharge = new Map<string, string>();
  readonly #transactions = new Map<string, BalanceTransaction>();
  readonly #kept = new Map<string, KeptAnswer>();
  /** Ids of payments and refunds that are settled later. */
  readonly #waiting = new Set<string>();
  readonly #ledger = new Ledger();
  readonly refunds = new Shelf<Refund>();
  readonly disputes = new Shelf<Dispute>();
  readonly warnings = new Shelf<FraudWarning>();
  readonly reviews = new Shelf<Review>();
  readonly events = new EventLog();
  #journal: Journal | undefined;
  /** Called with an event to send, once it is on the disk. */
  onEvent: (event: SimulatorEvent) => void = () => undefined;

  private constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  static async open(file: string, options: SimulatorOptions): Promise<SimulatedProvider> {
    const simulator = new SimulatedProvider(options);
    simulator.#journal = await Journal.open(file, (line) => simulator.#apply(line as Line));
    return simulator;
  }

  now(): Moment {
    const { clockAheadMs, settleMs } = this.#options;
    return { nowMs: Date.now() + clockAheadMs, settleMs };
  }

  intent(id: string): Intent | undefined {
    return this.#intents.get(id);
  }

  /** Newest first, lazily: a caller that needs recent ones can stop early. */
  *intentsNewestFirst(): Generator<Intent> {
    for (let at = this.#intentIds.length - 1; at >= 0; at--) {
      const intent = this.#intents.get(this.#intentIds[at] ?? '');
      if (intent) yield intent;
    }
  }

  /** The intent whose latest charge has that id. */
  intentOfCharge(chargeId: string): Intent | undefined {
    const intent = this.#intents.get(this.#intentOfCharge.get(chargeId) ?? '');
    return intent?.charge?.id === chargeId ? intent : undefined;
  }

  transaction(id: string): BalanceTransaction | undefined {
    return this.#transactions.get(id);
  }

  transactionsNewestFirst(): BalanceTransaction[] {
    return [...this.#transactions.values()].reverse();
  }

  ledger(orderId?: string) {
    return this.#ledger.rows(this.#intents.values(), orderId);
  }

  /** Returns payments and refunds that are due, each once. */
  takeDue(nowMs: number): { intent: Intent; refund?: Refund }[] {
    const due: { intent: Intent; refund?: Refund }[] = [];
    for (const id of this.#waiting) {
      const refund = this.refunds.get(id);
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

  /** The answer stored under a key, for the time that Stripe promises: 24 hours. */
  keptAnswer(key: string): KeptAnswer | undefined {
    this.#forgetOldKeys();
    return this.#kept.get(key);
  }

  /** Writes an operation's outcome in one line. Resolves when it is on the disk. */
  async commit(outcome: Outcome, cause?: Cause): Promise<void> {
    const { status, intent, error, movements } = outcome;
    const { refund, dispute, warning, review } = outcome;
    const events = outcome.events.map((type) => ({ id: newId('evt'), type }));
    const changed = this.#intents.get(intent.id) !== intent;
    if (!changed && events.length === 0 && !cause?.kept) return;
    const line: Line = {
      atMs: this.now().nowMs,
      requestId: cause?.requestId,
      // An event that leaves the intent unchanged still names its intent.
      ...(changed ? { intent } : events.length > 0 && { intentId: intent.id }),
      refund,
      dispute,
      warning,
      review,
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
      const event = this.events.get(id);
      if (event) this.onEvent(event);
    }
  }

  /**
   * Records the delivery state of an event. No caller waits for the disk: at worst the event is sent again.
   */
  told(event: SimulatorEvent, state: EventState): void {
    this.#append({ atMs: this.now().nowMs, told: { event: event.id, state } });
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
    const { intent, refund, dispute, warning, review, movements = [], kept, told } = line;
    if (intent) this.#applyIntent(intent);
    if (refund) this.refunds.put(refund);
    if (refund?.settlesAtMs) this.#waiting.add(refund.id);
    if (dispute) this.disputes.put(dispute);
    if (warning) this.warnings.put(warning);
    if (review) this.reviews.put(review);
    for (const movement of movements) {
      this.#ledger.apply(movement, line.atMs);
      const { transaction } = movement;
      if (transaction) this.#transactions.set(transaction.id, transaction);
    }
    const about = intent ?? this.#intents.get(line.intentId ?? refund?.intent ?? kept?.intentId ?? '');
    if (about) this.#announceAndKeep(line, about);
    const event = told && this.events.get(told.event);
    if (event) event.state = told.state;
  }

  #applyIntent(intent: Intent): void {
    if (!this.#intents.has(intent.id)) this.#intentIds.push(intent.id);
    this.#intents.set(intent.id, intent);
    if (intent.charge) this.#intentOfCharge.set(intent.charge.id, intent.id);
    if (intent.settlesAtMs) this.#waiting.add(intent.id);
  }

  #announceAndKeep({ atMs, requestId = '', events = [], kept, ...line }: Line, intent: Intent): void {
    const { refund, dispute, warning, review } = line;
    for (const { id, type } of events) {
      this.events.add({
        id,
        type,
        created: seconds(atMs),
        intent,
        refund,
        dispute,
        warning,
        review,
        requestId: requestId || null,
        key: kept?.key ?? null,
        state: 'pending',
      });
    }
    if (!kept) return;
    const { intentId: _, ...answer } = kept;
    this.#kept.set(kept.key, { ...answer, atMs, requestId, intent, refund });
  }

  #forgetOldKeys(): void {
    const before = this.now().nowMs - this.#options.keyLifetimeMs;
    for (const [key, { atMs }] of this.#kept) {
      // Entries are in the order of their creation, so the first recent one ends the loop.
      if (atMs > before) break;
      this.#kept.delete(key);
    }
  }
}
