import { isMarked } from '#lib/platform/errors.ts';

/**
 * What the shop asks of a payment provider, and the shapes of its answers. One adapter speaks to
 * Stripe (`stripe.ts`) and to every server that speaks Stripe's API.
 */

/** An attempt to pay an order, by its key in the database. The provider keeps it with the charge. */
export interface AttemptKey {
  userId: string;
  orderId: string;
  attempt: number;
}

/** All that the provider is asked for a charge. The same key must always come with the same words. */
export interface ChargeRequest extends AttemptKey {
  idempotencyKey: string;
  amountMinor: number;
  currency: string;
  /** The provider's name of a payment method. */
  token: string;
  /** Where the bank sends the shopper back to. */
  returnUrl: string;
}

export type ChargeStatus =
  /** The money is ours. */
  | 'succeeded'
  /** The money is kept for us and taken when we capture it. */
  | 'authorized'
  /** The shopper has to confirm with their bank, at `actionUrl`. */
  | 'requires_action'
  /** The bank has been asked and takes its time, days with some methods. */
  | 'processing'
  /** Refused, and not charged. Another card can still be charged, until it is called off. */
  | 'declined'
  /** Called off before any money was taken. */
  | 'voided';

/**
 * What the provider says of a charge. The answer to a change shows what changed; `retrieve` shows all.
 */
export interface Charge {
  /** The provider's name of it; undefined where a refusal has none. */
  ref?: string;
  status: ChargeStatus;
  /** What was taken, once it was; what is asked for until then. */
  amountMinor: number;
  currency: string;
  /** What has been refunded or is on its way back. */
  refundedMinor?: number;
  /** Every refund that counts, whoever made it. Undefined where they were not looked at. */
  refunds?: ProviderRefund[];
  /** Disputes, early fraud warnings and reviews. Undefined where they were not looked at. */
  disputes?: ProviderDispute[];
  /** The provider's fee, once it is known. */
  feeMinor?: number;
  declineCode?: string;
  actionUrl?: string;
  /** The provider's name of the payment method that was charged, where one was. */
  token?: string;
  /** The attempt that it was made for; undefined for a charge that is none of ours. */
  attempt?: AttemptKey;
}

export function isOf({ attempt: of }: Charge, { userId, orderId, attempt }: AttemptKey): boolean {
  return of?.userId === userId && of.orderId === orderId && of.attempt === attempt;
}

interface RefundRequest {
  /** The refund's id in the database. */
  id: string;
  orderId: string;
  idempotencyKey: string;
  /** The provider's name of the charge. */
  chargeRef: string;
  amountMinor: number;
}

export interface ProviderRefund {
  /** The provider's name of it; undefined for one that was never made. */
  ref?: string;
  /** Our id of it; undefined for one that was made at the provider. */
  id?: string;
  amountMinor: number;
  status:
    | 'succeeded'
    | 'pending'
    | 'failed'
    /** There was nothing left to refund, so it was not asked for. */
    | 'needless';
}

/** A reason to hold goods back: what a bank or the provider has against a charge. */
export interface ProviderDispute {
  ref: string;
  kind: 'dispute' | 'early_fraud_warning' | 'review';
  amountMinor: number;
  currency: string;
  /** In the provider's words for programs. */
  reason: string;
  status: 'open' | 'won' | 'lost' | 'closed';
  /** Until when the provider takes evidence. */
  dueBy?: Date;
}

/** A webhook whose signature was right. It is believed about nothing but what to look at. */
export interface ProviderEvent {
  id: string;
  type: string;
  /** The charge that it is about; undefined for an event that is about none. */
  chargeRef?: string;
  /** The attempt that the charge was made for, as far as the event shows it. */
  attempt?: AttemptKey;
  /** Whether it may be about more than the payment itself: refunds, disputes, warnings. */
  isAboutMore: boolean;
}

/** One page of the provider's events of a time, oldest last; more of them when there were. */
export interface EventPage {
  events: ProviderEvent[];
  more: boolean;
}

export interface PaymentProvider {
  /** Charges, or authorises where captures are manual. A refusal is an answer: status `declined`. */
  authorize(request: ChargeRequest): Promise<Charge>;
  /**
   * Uses the key up for a request that charges nothing, so that no charge can be made under it any
   * more, not even by a request that is still on its way. False when something else had it before.
   */
  spendKey(
    request: Pick<ChargeRequest, 'orderId' | 'idempotencyKey' | 'amountMinor' | 'currency'>,
  ): Promise<boolean>;
  /** Takes the money of an authorised charge; one that is captured already is answered as it is. */
  capture(ref: string, idempotencyKey: string): Promise<Charge>;
  /** Calls off a charge that took no money yet, also a declined one; one that did is answered as it is. */
  void(ref: string): Promise<Charge>;
  /** Throws `RefundRefused` when it will never be. */
  refund(request: RefundRequest): Promise<ProviderRefund>;
  /**
   * The charge with its refunds and disputes. `thorough` looks for those too of which the charge
   * itself shows nothing: refunds that failed, early fraud warnings.
   */
  retrieve(ref: string, options?: { thorough?: boolean }): Promise<Charge | undefined>;
  /** What time it is there. Whatever asks for a time, or gives one, means this clock. */
  now(): Promise<Date>;
  /** The charge of an attempt that was made since a time, by what the provider kept with it. */
  find(attempt: AttemptKey, since: Date): Promise<Charge | undefined>;
  /** All charges since a time, newest first. */
  listSince(since: Date): AsyncIterable<Charge>;
  /** Events about charges from `since` to before `until`, newest first. Kept for 30 days. */
  listEvents(range: { since: Date; until: Date; maxPages: number }): Promise<EventPage>;
  /** Checks the signature. Throws `signature_invalid`, and `invalid_request` for what is no event. */
  readEvent(body: string, signature: string | null): ProviderEvent;
}

const unknownMark: unique symbol = Symbol.for('once.UnknownOutcome') as never;
const refusedMark: unique symbol = Symbol.for('once.RefundRefused') as never;

/**
 * The provider gave no answer that says what happened: too late, lost, busy, broken. The charge may
 * have been made or not. Never a reason to ask with another key.
 */
export class UnknownOutcome extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, unknownMark);
  }

  readonly [unknownMark] = true;

  /**
   * The key has been used up, by a request in other words or by one whose failure is kept with it.
   * Whatever was made under it can be found, and nothing more will be.
   */
  readonly keyIsSpent: boolean;

  constructor(what: string, cause: unknown, { keyIsSpent = false } = {}) {
    super(`the provider's answer to "${what}" is not known`, { cause });
    this.name = 'UnknownOutcome';
    this.keyIsSpent = keyIsSpent;
  }
}

/** The provider will not give this money back, however often it is asked. */
export class RefundRefused extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, refusedMark);
  }

  readonly [refusedMark] = true;

  constructor(cause: unknown) {
    super('the provider refuses the refund', { cause });
    this.name = 'RefundRefused';
  }
}
