import type { Shelf } from '#proof/simulator/books/shelf.ts';
import { ApiError, missing } from '#proof/simulator/http/api-error.ts';
import { intentOf } from '#proof/simulator/http/endpoints.ts';
import { requireChargeable } from '#proof/simulator/ledger/amounts.ts';
import {
  closeDispute,
  type DisputeOutcome,
  type NewDispute,
  openDispute,
  submitEvidence,
} from '#proof/simulator/ledger/disputes.ts';
import { cancelIntent, captureIntent } from '#proof/simulator/ledger/intent-ends.ts';
import { confirmIntent, createIntent } from '#proof/simulator/ledger/intents.ts';
import type { Payout, Review, ReviewClosedReason } from '#proof/simulator/ledger/model.ts';
import { type Moment, seconds } from '#proof/simulator/ledger/moment.ts';
import type { Outcome } from '#proof/simulator/ledger/outcome.ts';
import {
  createPayout,
  failPayout,
  type NewPayout,
  type PayoutOutcome,
  payPayout,
} from '#proof/simulator/ledger/payouts.ts';
import { closeReview, openReview, warnOfFraud } from '#proof/simulator/ledger/radar.ts';
import { createRefund, failRefund } from '#proof/simulator/ledger/refunds.ts';
import { settled } from '#proof/simulator/ledger/settle-in-time.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';

export interface NewCharge {
  amount: number;
  currency: string;
  captureMethod?: 'automatic' | 'manual';
  paymentMethod?: string;
  description?: string;
  metadata?: Record<string, string>;
}

/**
 * What happens at the provider without the shop: the owner's actions in the dashboard, the decisions of the
 * cardholder's bank, and the passing of time. Each action throws an `ApiError` where Stripe would refuse it.
 * Otherwise it emits Stripe's events. Amounts are minor units.
 */
export class Dashboard {
  readonly #simulator: SimulatedProvider;
  readonly #atMs: number | undefined;

  constructor(simulator: SimulatedProvider, atMs?: number) {
    this.#simulator = simulator;
    this.#atMs = atMs;
  }

  /** A dashboard whose actions happened at that time, as all objects and events show. */
  at(atMs: number): Dashboard {
    return new Dashboard(this.#simulator, atMs);
  }

  /** Refunds `amount`, or by default everything that is left. */
  refund(intentId: string, amount?: number, metadata: Record<string, string> = {}): Promise<Outcome> {
    const wanted = { amount, reason: null, metadata };
    return this.#commit(createRefund(this.#intent(intentId), wanted, this.#now()));
  }

  /** The shopper's bank returns a refund, even one that had succeeded. */
  failRefund(refundId: string, reason = 'lost_or_stolen_card'): Promise<Outcome> {
    const refund = find(this.#simulator.refunds, 'refund', refundId);
    return this.#commit(failRefund(this.#intent(refund.intent), refund, reason, this.#now()));
  }

  /** Captures `amount`, or by default the whole authorized amount. */
  capture(intentId: string, amount?: number): Promise<Outcome> {
    return this.#commit(captureIntent(this.#intent(intentId), amount, this.#now()));
  }

  cancel(intentId: string): Promise<Outcome> {
    return this.#commit(cancelIntent(this.#intent(intentId), 'requested_by_customer', this.#now()));
  }

  /** The shopper confirms a payment with another card, as Stripe.js does with its client secret. */
  async confirm(intentId: string, paymentMethod = 'pm_card_visa'): Promise<Outcome> {
    const intent = { ...this.#intent(intentId), paymentMethod };
    const outcome = confirmIntent(intent, this.#now());
    if (outcome.error) throw new ApiError(outcome.status, outcome.error);
    await this.#simulator.commit(outcome, { atMs: this.#now().nowMs });
    return outcome;
  }

  /** Creates a payment that belongs to no order of the shop. */
  charge({ amount, currency, ...rest }: NewCharge): Promise<Outcome> {
    requireChargeable(amount, currency.toLowerCase());
    const { captureMethod = 'automatic', paymentMethod = 'pm_card_visa' } = rest;
    const { description = null, metadata = {} } = rest;
    const wanted = {
      amount,
      currency: currency.toLowerCase(),
      captureMethod,
      metadata,
      description,
      paymentMethod,
      allowedTypes: null,
      paymentMethodTypes: ['card'],
      automaticPaymentMethods: false,
      returnUrl: null,
    };
    const { intent } = createIntent(wanted, this.#now());
    return this.#commit(confirmIntent(intent, this.#now()));
  }

  dispute(intentId: string, wanted: Partial<NewDispute> = {}): Promise<Outcome> {
    const { amount, dueBy, reason = 'fraudulent', inquiry = false } = wanted;
    return this.#commit(openDispute(this.#intent(intentId), { amount, dueBy, reason, inquiry }, this.#now()));
  }

  submitEvidence(disputeId: string): Promise<Outcome> {
    const dispute = find(this.#simulator.disputes, 'dispute', disputeId);
    return this.#commit(submitEvidence(this.#intent(dispute.intent), dispute));
  }

  closeDispute(disputeId: string, how: DisputeOutcome): Promise<Outcome> {
    const dispute = find(this.#simulator.disputes, 'dispute', disputeId);
    const intent = this.#intent(dispute.intent);
    return this.#commit(closeDispute(intent, dispute, how, this.#now()));
  }

  warnOfFraud(intentId: string, fraudType = 'made_with_stolen_card'): Promise<Outcome> {
    return this.#commit(warnOfFraud(this.#intent(intentId), fraudType, this.#now()));
  }

  openReview(intentId: string, reason: Review['openedReason'] = 'rule'): Promise<Outcome> {
    return this.#commit(openReview(this.#intent(intentId), reason, this.#now()));
  }

  closeReview(reviewId: string, reason: ReviewClosedReason = 'approved'): Promise<Outcome> {
    const review = find(this.#simulator.reviews, 'review', reviewId);
    return this.#commit(closeReview(this.#intent(review.intent), review, reason));
  }

  /** Decides a pending object now: an intent in `processing`, or a refund. */
  async settle(id: string): Promise<Outcome> {
    const refund = this.#simulator.refunds.get(id);
    const intent = this.#intent(refund?.intent ?? id);
    if ((refund ?? intent).settlesAtMs === null) {
      const message = `There is nothing to settle of ${id}: it is ${(refund ?? intent).status}.`;
      throw new ApiError(400, { type: 'invalid_request_error', message });
    }
    const outcome = settled(intent, refund, this.#now());
    await this.#simulator.commit(outcome, { atMs: this.#now().nowMs });
    return outcome;
  }

  /** Pays out what is available on the balance: one payout for each currency with more than nothing. */
  async payOut({ currency, ...rest }: Partial<NewPayout> & { currency?: string } = {}): Promise<Payout[]> {
    const { nowMs } = this.#now();
    const { availableBy = seconds(nowMs), status = 'paid', arrivalDate } = rest;
    const { balance } = this.#simulator;
    const payouts: Payout[] = [];
    for (const one of currency ? [currency.toLowerCase()] : balance.currencies) {
      const entries = balance.available(one, availableBy);
      const outcome = createPayout(entries, one, { availableBy, status, arrivalDate }, this.#now());
      if (!outcome) continue;
      await this.#simulator.commitPayout(outcome, nowMs);
      payouts.push(outcome.payout);
    }
    return payouts;
  }

  /** A pending payout reaches the bank. */
  payPayout(payoutId: string): Promise<Payout> {
    return this.#commitPayout(payPayout(this.#payout(payoutId)));
  }

  /** The bank returns a payout, even one that was paid. */
  failPayout(payoutId: string, code = 'account_closed'): Promise<Payout> {
    return this.#commitPayout(failPayout(this.#payout(payoutId), code, this.#now()));
  }

  #now(): Moment {
    const now = this.#simulator.now();
    return { ...now, nowMs: this.#atMs ?? now.nowMs };
  }

  #payout(id: string): Payout {
    const payout = this.#simulator.payouts.get(id);
    if (!payout) throw missing('payout', id, 'payout');
    return payout;
  }

  async #commitPayout(outcome: PayoutOutcome): Promise<Payout> {
    await this.#simulator.commitPayout(outcome, this.#now().nowMs);
    return outcome.payout;
  }

  #intent(id: string) {
    return intentOf(this.#simulator, id, 'payment_intent');
  }

  /** Commits a change that the shop did not ask for. */
  async #commit(outcome: Outcome): Promise<Outcome> {
    if (outcome.error) throw new ApiError(outcome.status, outcome.error);
    const movements = outcome.movements.map((movement) => ({ ...movement, elsewhere: true as const }));
    await this.#simulator.commit({ ...outcome, movements }, { atMs: this.#now().nowMs });
    return outcome;
  }
}

function find<Item extends { id: string; created: number; intent: string }>(
  shelf: Shelf<Item>,
  kind: string,
  id: string,
): Item {
  const item = shelf.get(id);
  if (!item) throw missing(kind, id, kind);
  return item;
}
