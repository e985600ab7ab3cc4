import { availableOn } from '#proof/simulator/ledger/balance.ts';
import type { BalanceTransaction, Payout } from '#proof/simulator/ledger/model.ts';
import { Timeline } from './timeline.ts';

/** Which entries of the balance are still on the account, and which payout has paid out the others. */
export class AccountBalance {
  readonly #onAccount = new Map<string, BalanceTransaction[]>();
  readonly #ofPayout = new Map<string, Timeline<BalanceTransaction>>();

  get currencies(): string[] {
    return [...this.#onAccount.keys()];
  }

  add(entry: BalanceTransaction): void {
    const entries = this.#onAccount.get(entry.currency);
    if (entries) entries.push(entry);
    else this.#onAccount.set(entry.currency, [entry]);
  }

  /** What a payout would pay out. */
  available(currency: string, by: number): BalanceTransaction[] {
    return (this.#onAccount.get(currency) ?? []).filter((entry) => availableOn(entry) <= by);
  }

  /** The payout is an entry of its own list, as at Stripe: the sum of a list is zero. */
  payOut({ id, currency, availableBy, transaction }: Payout): void {
    this.#ofPayout.set(id, Timeline.of([...this.available(currency, availableBy), transaction]));
    const left = (this.#onAccount.get(currency) ?? []).filter((entry) => availableOn(entry) > availableBy);
    this.#onAccount.set(currency, left);
  }

  entriesOf(payoutId: string): Timeline<BalanceTransaction> | undefined {
    return this.#ofPayout.get(payoutId);
  }
}
