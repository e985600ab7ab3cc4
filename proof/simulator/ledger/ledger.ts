import type { Intent, Movement } from './model.ts';

/** What a bank's statement says about one payment: sums of movements, whatever the intent says of itself. */
export interface LedgerRow {
  paymentIntent: string;
  /** Members of the payment's metadata, as the shop sent them. */
  orderId: string | null;
  attempt: string | null;
  /** Minor units of `currency`, like all sums here. */
  amount: number;
  currency: string;
  authorized: number;
  captured: number;
  voided: number;
  refunded: number;
  /** Withdrawn by disputes that were not won. It is no refund: the row stays live. */
  disputed: number;
  declines: number;
  /** Something of it was not asked for by the shop: done in the dashboard, or by the cardholder. */
  elsewhere: boolean;
  /** Since when nothing of what was taken is left, all of it being refunded or disputed; Unix time. */
  goneAtMs: number | null;
  /** The intent's own word, to compare. */
  status: string;
  /** The shopper's money is held or taken: authorized and not voided, or captured and not wholly refunded. */
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
        // What was authorized and not taken is released with the capture.
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

  /** A row for every payment whose money moved or was refused; `orderId` narrows it to one order's. */
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
