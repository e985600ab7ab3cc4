import { Books } from '#proof/simulator/books/books.ts';
import type { EventState, SimulatorEvent } from '#proof/simulator/books/event-log.ts';
import { Journal } from '#proof/simulator/books/journal.ts';
import type { KeptAnswer, Line } from '#proof/simulator/books/line.ts';
import { newId } from '#proof/simulator/http/ids.ts';
import type { Moment } from '#proof/simulator/ledger/moment.ts';
import type { ErrorBody, Outcome } from '#proof/simulator/ledger/outcome.ts';
import type { PayoutOutcome } from '#proof/simulator/ledger/payouts.ts';
import type { PlantedCharge } from '#proof/simulator/ledger/planting.ts';

/** What caused an outcome. */
interface Cause {
  /** When it happened, if that was not now. */
  atMs?: number;
  requestId?: string;
  /** The request's key, if it had one. */
  kept?: Pick<KeptAnswer, 'key' | 'fingerprint' | 'endpoint' | 'expand'>;
  /** The error that the key stores instead of the true result. */
  instead?: { status: number; error: ErrorBody };
}

/** A million charges, for tests of scale, and room for more. Each takes 1.4 kB of memory. */
const mostIntents = 1_500_000;
/** A line of planted charges has 200 KB. */
const plantedInLine = 1_000;
const linesUntilDurable = 20;

export interface SimulatorOptions {
  settleMs: number;
  keyLifetimeMs: number;
  /** How far its clock is ahead of the true time. */
  clockAheadMs: number;
}

/** The provider: its books, its clock, and every change on the disk before its answer is sent. */
export class SimulatedProvider extends Books {
  readonly #options: SimulatorOptions;
  #journal: Journal | undefined;
  /** Called with an event to send, once it is on the disk. */
  onEvent: (event: SimulatorEvent) => void = () => undefined;

  private constructor(options: SimulatorOptions) {
    super(options.keyLifetimeMs);
    this.#options = options;
  }

  static async open(file: string, options: SimulatorOptions): Promise<SimulatedProvider> {
    const simulator = new SimulatedProvider(options);
    simulator.#journal = await Journal.open(file, (line) => simulator.apply(line as Line));
    return simulator;
  }

  now(): Moment {
    const { clockAheadMs, settleMs } = this.#options;
    return { nowMs: Date.now() + clockAheadMs, settleMs };
  }

  /** How many more charges there is room for. */
  get room(): number {
    return mostIntents - this.intents.size;
  }

  /** Writes an operation's outcome in one line. Resolves when it is on the disk. */
  async commit(outcome: Outcome, cause: Cause = {}): Promise<void> {
    const { status, intent, error, movements } = outcome;
    const { refund, dispute, warning, review } = outcome;
    const { atMs = this.now().nowMs, requestId, kept, instead } = cause;
    const events = outcome.events.map((type) => ({ id: newId('evt'), type }));
    const changed = this.intents.get(intent.id) !== intent;
    if (!changed && events.length === 0 && !kept) return;
    await this.#write({
      atMs,
      requestId,
      // An event that leaves the intent unchanged still names its intent.
      ...(changed ? { intent } : events.length > 0 && { intentId: intent.id }),
      refund,
      dispute,
      warning,
      review,
      movements,
      events,
      kept: kept && { ...kept, ...(instead ?? { status, error }), intentId: intent.id },
    });
  }

  /** The same for an operation on a payout. */
  async commitPayout({ payout, events }: PayoutOutcome, atMs: number): Promise<void> {
    await this.#write({ atMs, payout, events: events.map((type) => ({ id: newId('evt'), type })) });
  }

  /** Adds charges of which no event tells, in a few long lines. */
  async plant(charges: readonly PlantedCharge[]): Promise<void> {
    const atMs = this.now().nowMs;
    for (let from = 0, line = 1; from < charges.length; from += plantedInLine, line++) {
      this.#append({ atMs, planted: charges.slice(from, from + plantedInLine) });
      if (line % linesUntilDurable === 0) await this.durable();
    }
    await this.durable();
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

  async #write(line: Line): Promise<void> {
    this.#append(line);
    await this.durable();
    for (const { id } of line.events ?? []) {
      const event = this.events.get(id);
      if (event) this.onEvent(event);
    }
  }

  #append(line: Line): void {
    this.apply(line);
    this.#journal?.append(line);
  }
}
