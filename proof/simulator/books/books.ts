import { Ledger } from '#proof/simulator/ledger/ledger.ts';
import type {
  BalanceTransaction,
  Charge,
  Dispute,
  FraudWarning,
  Intent,
  Payout,
  Refund,
  Review,
} from '#proof/simulator/ledger/model.ts';
import { seconds } from '#proof/simulator/ledger/moment.ts';
import { objectsOfPlanted, type PlantedCharge } from '#proof/simulator/ledger/planting.ts';
import { AccountBalance } from './account-balance.ts';
import { EventLog } from './event-log.ts';
import type { KeptAnswer, Line } from './line.ts';
import { Shelf } from './shelf.ts';
import { Timeline } from './timeline.ts';

/** A charge in the list of all charges, which has the failed ones of an intent, too. */
interface ChargeEntry {
  id: string;
  created: number;
  intent: string;
  charge: Charge;
  /** The id of the intent's charge before this one. */
  earlier: string | undefined;
}

/** All objects of the provider, in memory. They follow from the lines of the journal alone. */
export class Books {
  readonly #keyLifetimeMs: number;
  readonly #kept = new Map<string, KeptAnswer>();
  /** Ids of payments and refunds that are settled later. */
  readonly #waiting = new Set<string>();
  readonly #ledger = new Ledger();
  readonly intents = new Timeline<Intent>();
  readonly charges = new Timeline<ChargeEntry>();
  readonly transactions = new Timeline<BalanceTransaction>();
  readonly payouts = new Timeline<Payout>();
  readonly refunds = new Shelf<Refund>();
  readonly disputes = new Shelf<Dispute>();
  readonly warnings = new Shelf<FraudWarning>();
  readonly reviews = new Shelf<Review>();
  readonly events = new EventLog();
  readonly balance = new AccountBalance();

  constructor(keyLifetimeMs: number) {
    this.#keyLifetimeMs = keyLifetimeMs;
  }

  intent(id: string): Intent | undefined {
    return this.intents.get(id);
  }

  intentOfCharge(chargeId: string): Intent | undefined {
    return this.intents.get(this.charges.get(chargeId)?.intent ?? '');
  }

  chargesOf(intent: Intent | undefined): Timeline<ChargeEntry> {
    const found: ChargeEntry[] = [];
    for (let id = intent?.charge?.id; id; id = found[0]?.earlier) {
      const entry = this.charges.get(id);
      if (!entry) break;
      found.unshift(entry);
    }
    return Timeline.of(found);
  }

  /** The entries of the balance that an object caused. */
  transactionsOf(source: string): Timeline<BalanceTransaction> {
    const refund = this.refunds.get(source);
    const payout = this.payouts.get(source);
    const entries = [
      this.charges.get(source)?.charge.transaction,
      refund?.transaction,
      refund?.failure?.transaction,
      ...(this.disputes.get(source)?.transactions ?? []),
      payout?.transaction,
      payout?.failure?.transaction,
    ];
    return Timeline.of(entries.filter((entry) => entry !== undefined));
  }

  ledger(orderId?: string) {
    return this.#ledger.rows(this.intents.all(), orderId);
  }

  /** Returns payments and refunds that are due, each once. */
  takeDue(nowMs: number): { intent: Intent; refund?: Refund }[] {
    const due: { intent: Intent; refund?: Refund }[] = [];
    for (const id of this.#waiting) {
      const refund = this.refunds.get(id);
      const intent = this.intents.get(refund?.intent ?? id);
      const settlesAtMs = (refund ?? intent)?.settlesAtMs;
      if (intent && settlesAtMs && settlesAtMs > nowMs) continue;
      this.#waiting.delete(id);
      if (intent && settlesAtMs) due.push({ intent, refund });
    }
    return due;
  }

  /** The answer stored under a key, for the time that Stripe promises: 24 hours. */
  keptAnswer(key: string, nowMs: number): KeptAnswer | undefined {
    for (const [old, { atMs }] of this.#kept) {
      // Entries are in the order of their creation, so the first recent one ends the loop.
      if (atMs > nowMs - this.#keyLifetimeMs) break;
      this.#kept.delete(old);
    }
    return this.#kept.get(key);
  }

  apply(line: Line): void {
    const { atMs, intent, refund, dispute, warning, review, payout, movements = [], kept, told } = line;
    if (intent) this.#applyIntent(intent);
    if (refund) this.refunds.put(refund);
    if (refund?.settlesAtMs) this.#waiting.add(refund.id);
    if (dispute) this.disputes.put(dispute);
    if (warning) this.warnings.put(warning);
    if (review) this.reviews.put(review);
    if (payout) this.#applyPayout(payout);
    for (const movement of movements) {
      this.#ledger.apply(movement, atMs);
      if (movement.transaction) this.#applyTransaction(movement.transaction);
    }
    for (const planted of line.planted ?? []) this.#plant(planted, atMs);
    const about = intent ?? this.intents.get(line.intentId ?? refund?.intent ?? kept?.intentId ?? '');
    this.#announce(line, about);
    if (kept && about) this.#keep(line, kept, about);
    const event = told && this.events.get(told.event);
    if (event) event.state = told.state;
  }

  #applyIntent(intent: Intent): void {
    const { id, charge } = intent;
    const before = this.intents.get(id)?.charge?.id;
    this.intents.put(intent);
    if (intent.settlesAtMs) this.#waiting.add(id);
    if (!charge) return;
    const earlier = before === charge.id ? this.charges.get(before)?.earlier : before;
    this.charges.put({ id: charge.id, created: charge.created, intent: id, charge, earlier });
  }

  #applyTransaction(transaction: BalanceTransaction): void {
    this.transactions.put(transaction);
    this.balance.add(transaction);
  }

  #applyPayout(payout: Payout): void {
    const before = this.payouts.get(payout.id);
    if (!before) {
      this.balance.payOut(payout);
      this.transactions.put(payout.transaction);
    }
    if (payout.failure && !before?.failure) this.#applyTransaction(payout.failure.transaction);
    this.payouts.put(payout);
  }

  #plant(planted: PlantedCharge, atMs: number): void {
    const { intent, charge, transaction } = objectsOfPlanted(planted);
    const { id, amount, created } = intent;
    this.intents.put(intent);
    this.charges.put({ id: charge.id, created, intent: id, charge, earlier: undefined });
    this.#applyTransaction(transaction);
    this.#ledger.apply({ kind: 'charged', intent: id, amount }, planted.createdMs);
    const { idempotencyKey: key, createdMs } = planted;
    if (!key || createdMs <= atMs - this.#keyLifetimeMs) return;
    const answer = { key, fingerprint: null, endpoint: 'POST /v1/payment_intents', status: 200, expand: [] };
    this.#kept.set(key, { ...answer, requestId: `req_${intent.secret}`, atMs, intent });
  }

  #announce({ atMs, requestId, events = [], kept, ...line }: Line, intent: Intent | undefined): void {
    const { refund, dispute, warning, review, payout } = line;
    for (const { id, type } of events) {
      this.events.put({
        id,
        type,
        created: seconds(atMs),
        intent,
        refund,
        dispute,
        warning,
        review,
        payout,
        requestId: requestId || null,
        key: kept?.key ?? null,
        state: 'pending',
      });
    }
  }

  #keep({ atMs, requestId = '', refund }: Line, kept: NonNullable<Line['kept']>, intent: Intent): void {
    const { intentId: _, ...answer } = kept;
    this.#kept.set(kept.key, { ...answer, atMs, requestId, intent, refund });
  }
}
