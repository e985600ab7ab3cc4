import type { Intent } from './model.ts';
import type { Movement } from './outcome.ts';

/** The bank statement of one payment: sums of movements, independent of the intent's own status. */
export interface LedgerRow {
  paymentIntent: string;
  /** From the payment's metadata, as the shop sent it. */
  orderId: string | null;
  attempt: string | null;
  /** Minor units of `currency`, like all sums here. */
  amount: number;
  currency: string;
  authorized: number;
  captured: number;
  voided: number;
  refunded: number;
  /** Withdrawn by disputes that were not won. This is no refund: the row stays live. */
  disputed: number;
  declines: number;
  /** Some of it was not requested by the shop but done in the dashboard or by the cardholder. */
  elsewhere: boolean;
  /**
   * When the last of the captured money was refunded or disputed. Unix time; null while something is left.
   */
  goneAtMs: number | null;
  /** The intent's own status, for comparison. */
  status: string;
  /**
   * The shopper's money is held or captured: authorized and not voided, or captured and not fully refunded.
   */
  live: boolean;
  created: number;
}

type Sums = Pick<
  LedgerRow,
  'authorized' | 'captured' | 'voided' | 'refunded' | 'disputed' | 'declines' | 'elsewhere' | 'goneAtMs'
>;

export class Ledger {
  readonly #sums = new Map<string, Sums>();

  apply({ kind, intent, amount, elsewhere }: Movement, atMs: number): void {
    const sums: Sums = this.#sums.get(intent) ?? {
      authorized: 0,
      captured: 0,
      voided: 0,
      refunded: 0,
      disputed: 0,
      declines: 0,
      elsewhere: false,
      goneAtMs: null,
    };
    this.#sums.set(intent, sums);
    if (elsewhere) sums.elsewhere = true;
    switch (kind) {
      case 'authorized':
        sums.authorized += amount;
        break;
      case 'charged':
        sums.authorized += amount;
        sums.captured += amount;
        break;
      case 'captured':
        sums.captured += amount;
        // A capture releases what was authorized and not captured.
        sums.voided += sums.authorized - sums.captured;
        break;
      case 'voided':
        sums.voided += amount;
        break;
      case 'refunded':
        sums.refunded += amount;
        break;
      case 'refund_failed':
        sums.refunded -= amount;
        break;
      case 'dispute_withdrawn':
        sums.disputed += amount;
        break;
      case 'dispute_reinstated':
        sums.disputed -= amount;
        break;
      case 'declined':
        sums.declines += 1;
    }
    const isGone = sums.captured > 0 && sums.refunded + sums.disputed >= sums.captured;
    sums.goneAtMs = isGone ? (sums.goneAtMs ?? atMs) : null;
  }

  /** One row for every payment whose money moved or was refused. `orderId` narrows them to one order. */
  rows(intents: Iterable<Intent>, orderId?: string): LedgerRow[] {
    const rows: LedgerRow[] = [];
    for (const intent of intents) {
      const sums = this.#sums.get(intent.id);
      if (!sums || (orderId !== undefined && intent.metadata.order_id !== orderId)) continue;
      const { id, amount, currency, status, created, metadata } = intent;
      rows.push({
        paymentIntent: id,
        orderId: metadata.order_id ?? null,
        attempt: metadata.attempt ?? null,
        amount,
        currency,
        ...sums,
        status,
        live: sums.authorized - sums.voided - sums.refunded > 0,
        created,
      });
    }
    return rows;
  }
}
