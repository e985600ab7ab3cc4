import { isMarked } from '#lib/platform/errors.ts';

/**
 * The interface to a payment provider. One adapter (`stripe.ts`) speaks to Stripe and to every server with
 * Stripe's API. All amounts are in minor units.
 */

/** An attempt to pay an order, by its key in the database. The provider stores it with the charge. */
export interface AttemptKey {
  userId: string;
  orderId: string;
  attempt: number;
}

/** The request for a charge. The same idempotency key must always come with the same fields. */
export interface ChargeRequest extends AttemptKey {
  idempotencyKey: string;
  amountMinor: number;
  currency: string;
  /** The provider's id of a payment method. */
  token: string;
  /** Where the bank sends the shopper back to. */
  returnUrl: string;
}

export type ChargeStatus =
  /** The money was captured. */
  | 'succeeded'
  /** The money is authorised, and is taken when the shop captures it. */
  | 'authorized'
  /** The shopper has to confirm with their bank, at `actionUrl`. */
  | 'requires_action'
  /** The bank is processing the charge. With some methods this takes days. */
  | 'processing'
  /** Refused, and not charged. Another card can still be charged until the charge is cancelled. */
  | 'declined'
  /** Cancelled before any money was taken. */
  | 'voided';

/**
 * A charge as the provider shows it. The answer to a change shows what changed; `retrieve` shows everything.
 */
export interface Charge {
  /** The provider's id of the charge; undefined for a refusal without one. */
  ref?: string;
  status: ChargeStatus;
  /** The captured amount; the requested amount until the capture. */
  amountMinor: number;
  currency: string;
  /** The amount that was refunded or is being refunded. */
  refundedMinor?: number;
  /** Every refund that counts, from the shop or the provider. Undefined when they were not looked up. */
  refunds?: ProviderRefund[];
  /** Disputes, early fraud warnings and reviews. Undefined when they were not looked up. */
  disputes?: ProviderDispute[];
  /** The provider's fee, once it is known. */
  feeMinor?: number;
  declineCode?: string;
  actionUrl?: string;
  /** The provider's id of the charged payment method, if there was one. */
  token?: string;
  /** The attempt that was charged; undefined for a charge that is not from this shop. */
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
  /** The provider's id of the charge. */
  chargeRef: string;
  amountMinor: number;
}

export interface ProviderRefund {
  /** The provider's id of the refund; undefined for one that was never made. */
  ref?: string;
  /** The shop's id of the refund; undefined for one that was made at the provider. */
  id?: string;
  amountMinor: number;
  status:
    | 'succeeded'
    | 'pending'
    | 'failed'
    /** There was nothing left to refund, so no refund was requested. */
    | 'needless';
}

/** A reason not to send the items: a claim of a bank or the provider against a charge. */
export interface ProviderDispute {
  ref: string;
  kind: 'dispute' | 'early_fraud_warning' | 'review';
  amountMinor: number;
  currency: string;
  /** The provider's reason code. */
  reason: string;
  status: 'open' | 'won' | 'lost' | 'closed';
  /** Open, and the shop has sent its evidence. */
  isAnswered?: boolean;
  /** The provider accepts evidence until then. */
  dueBy?: Date;
}

/** An event whose signature was valid. It is only trusted to say which charge to look at. */
export interface ProviderEvent {
  id: string;
  type: string;
  /** The charge of the event; undefined for an event without one. */
  chargeRef?: string;
  /** The attempt that was charged, if the event shows it. */
  attempt?: AttemptKey;
  /** Whether it may concern more than the payment itself: refunds, disputes, warnings. */
  isAboutMore: boolean;
}

/** Events of a time range, newest first. `more`: the range has further, older events. */
export interface EventPage {
  events: ProviderEvent[];
  more: boolean;
}

export type EntryKind =
  | 'charge'
  | 'refund'
  /** The money of a failed refund came back. */
  | 'refund_failure'
  /** A bank took the money of a charge, and gave it back. */
  | 'dispute'
  | 'dispute_reversal'
  | 'payout'
  | 'payout_failure'
  | 'fee'
  | 'other';

/** A movement of money on the shop's balance. It never changes: a correction is another entry. */
export interface ProviderEntry {
  ref: string;
  at: Date;
  kind: EntryKind;
  /** In the currency of the charge. Positive: the account received it. */
  amountMinor: number;
  currency: string;
  /** The same in the currency of the account, before the fee. */
  settledMinor: number;
  feeMinor: number;
  settledCurrency: string;
  /** The provider's id of the refund, dispute or payout. */
  sourceRef?: string | undefined;
  chargeRef?: string | undefined;
  /** The attempt that was charged. Undefined if the charge is not by this shop, and for other kinds. */
  attempt?: AttemptKey | undefined;
  /** The shop's id of the refund. */
  refundId?: string | undefined;
}

/** Entries of a time range, newest first. `more`: the range has further, older entries. */
export interface EntryPage {
  entries: ProviderEntry[];
  more: boolean;
}

export interface PaymentProvider {
  /** Charges, or authorises when captures are manual. A refusal is a result with status `declined`. */
  authorize(request: ChargeRequest): Promise<Charge>;
  /**
   * Spends the key on a request that charges nothing. After that no charge can be created with it, not even
   * by a request that is still on its way. False when another request used the key before.
   */
  spendKey(
    request: Pick<ChargeRequest, 'orderId' | 'idempotencyKey' | 'amountMinor' | 'currency'>,
  ): Promise<boolean>;
  /** Captures an authorised charge; one that was captured already is returned as it is. */
  capture(ref: string, idempotencyKey: string): Promise<Charge>;
  /**
   * Cancels a charge that has taken no money yet, including a declined one; any other is returned as it is.
   */
  void(ref: string): Promise<Charge>;
  /** Throws `RefundRefused` when the provider will never make it. */
  refund(request: RefundRequest): Promise<ProviderRefund>;
  /**
   * The charge with its refunds and disputes. `thorough` also looks for failed refunds and early fraud
   * warnings, which the charge itself does not show. Undefined when there is no such charge.
   */
  retrieve(ref: string, options?: { thorough?: boolean }): Promise<Charge | undefined>;
  /** The provider's clock. Every time that this interface takes or returns is by this clock. */
  now(): Promise<Date>;
  /** The charge of an attempt created since a time, found by the metadata that the provider stores. */
  find(attempt: AttemptKey, since: Date): Promise<Charge | undefined>;
  /** All charges since a time, and up to another one if it is given, newest first. */
  listSince(since: Date, until?: Date): AsyncIterable<Charge>;
  /** Events about charges from `since` to before `until`, newest first. Kept for 30 days. */
  listEvents(range: { since: Date; until: Date; maxPages: number }): Promise<EventPage>;
  /** A page of the balance's entries from `since` to before `until`, newest first, after the entry `after`. */
  listEntries(range: { since: Date; until: Date; after?: string | undefined }): Promise<EntryPage>;
  /**
   * Checks the signature. Throws `signature_invalid`, `invalid_request` when the body is not an event, and
   * `unavailable` when the shop has no webhook secret.
   */
  readEvent(body: string, signature: string | null): ProviderEvent;
}

const unknownMark: unique symbol = Symbol.for('once.UnknownOutcome') as never;
const refusedMark: unique symbol = Symbol.for('once.RefundRefused') as never;

/**
 * The outcome is unknown: the provider's answer was late, lost, busy or broken. The charge may or may not
 * exist. Never a reason to retry with another key.
 */
export class UnknownOutcome extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, unknownMark);
  }

  readonly [unknownMark] = true;

  /**
   * The key was spent by a request with other fields, or by one whose failure is stored with the key. A
   * charge created with it can be found, and no further charge can be created.
   */
  readonly keyIsSpent: boolean;

  /**
   * The HTTP status with which the provider refused to look at the request. Waiting does not help: a person has to act.
   * An earlier request with the same key may have charged all the same.
   */
  readonly deniedWith: number | undefined;

  constructor(what: string, cause: unknown, { keyIsSpent = false, deniedWith }: UnknownOptions = {}) {
    const said =
      deniedWith === undefined
        ? `the provider's answer to "${what}" is not known`
        : `the provider denies "${what}" with ${deniedWith}: ${denialOf(deniedWith)}`;
    super(said, { cause });
    this.name = 'UnknownOutcome';
    this.keyIsSpent = keyIsSpent;
    this.deniedWith = deniedWith;
  }
}

interface UnknownOptions {
  keyIsSpent?: boolean;
  deniedWith?: number | undefined;
}

/** What the status says, and what a person does about it. */
function denialOf(status: number): string {
  switch (status) {
    case 401:
      return 'the API key is wrong or was revoked; correct STRIPE_SECRET_KEY and restart web processes and worker';
    case 403:
      return 'the API key lacks a permission; give it that permission in the provider’s dashboard, or use another key';
    case 404:
      return 'there is no such API or object; check STRIPE_API_BASE, and that the key is of the account of this shop';
    default:
      return 'it does not accept this request; its message is in the log of the shop';
  }
}

/** Why there is no outcome, for a person at a terminal. */
export function reasonOf({ deniedWith }: UnknownOutcome): string {
  return deniedWith === undefined
    ? 'the provider gave no answer'
    : `the provider denies the request with ${deniedWith}: ${denialOf(deniedWith)}`;
}

/** The provider will never make this refund, however often it is requested. */
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
