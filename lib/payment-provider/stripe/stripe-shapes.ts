import type Stripe from 'stripe';
import { z } from 'zod';
import type {
  AttemptKey,
  Charge,
  ChargeRequest,
  ChargeStatus,
  ProviderDispute,
  ProviderEvent,
  ProviderRefund,
} from '#lib/payment-provider/provider.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

/** Converts Stripe's shapes to the shop's. Pure. */

const statuses: Record<string, ChargeStatus> = {
  succeeded: 'succeeded',
  requires_capture: 'authorized',
  requires_action: 'requires_action',
  // A refused confirmation resets the intent to this status, and the shop never continues such an intent.
  requires_payment_method: 'declined',
  canceled: 'voided',
};

/**
 * Makes Stripe's answer contain what `chargeOf` reads: the charge and its fee. So the first answer to a
 * charge is complete, and the payment's row is written once.
 */
export const withCharge = { expand: ['latest_charge.balance_transaction'] };

export function chargeOf(intent: Stripe.PaymentIntent): Charge {
  const { decline_code, code } = intent.last_payment_error ?? {};
  const taken = intent.status === 'succeeded';
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  return {
    ref: intent.id,
    status: statuses[intent.status] ?? 'processing',
    amountMinor: taken ? intent.amount_received : intent.amount,
    currency: intent.currency.toUpperCase(),
    declineCode: decline_code ?? code ?? undefined,
    actionUrl: intent.next_action?.redirect_to_url?.url ?? undefined,
    attempt: attemptOf(intent.metadata),
    token: tokenOf(intent),
    ...(charge && { refundedMinor: charge.amount_refunded, feeMinor: feeOf(charge) }),
  };
}

const tokenOf = ({ payment_method: method }: Stripe.PaymentIntent): string | undefined =>
  typeof method === 'string' ? method : method?.id;

function feeOf({ balance_transaction: entry }: Stripe.Charge): number | undefined {
  return entry && typeof entry === 'object' ? entry.fee : undefined;
}

export function attemptOf(metadata: Stripe.Metadata | null | undefined): AttemptKey | undefined {
  const { user_id: userId = '', order_id: orderId = '', attempt = '' } = metadata ?? {};
  if (!isUuid(userId) || !isUuid(orderId) || !/^[1-9]\d{0,3}$/.test(attempt)) return undefined;
  return { userId: userId.toLowerCase(), orderId: orderId.toLowerCase(), attempt: Number(attempt) };
}

export function refundOf({ id, status, amount, metadata }: Stripe.Refund): ProviderRefund {
  const known =
    status === 'succeeded' ? status : status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
  const ours = metadata?.refund_id?.toLowerCase();
  return {
    ref: id,
    amountMinor: amount,
    status: known,
    ...(ours !== undefined && isUuid(ours) ? { id: ours } : {}),
  };
}

/** All other statuses are open: under review, or waiting for the shop's evidence. */
const disputeEnds: Record<string, ProviderDispute['status']> = {
  won: 'won',
  lost: 'lost',
  warning_closed: 'closed',
  prevented: 'closed',
};

export function disputeOf(dispute: Stripe.Dispute): ProviderDispute {
  const { id, amount, currency, reason, status, evidence_details } = dispute;
  const { due_by: dueBy } = evidence_details ?? {};
  const end = disputeEnds[status] ?? 'open';
  return {
    ref: id,
    kind: 'dispute',
    amountMinor: amount,
    currency: currency.toUpperCase(),
    reason,
    status: end === 'closed' && isWithdrawn(dispute) ? 'lost' : end,
    ...(status.endsWith('under_review') && { isAnswered: true }),
    ...(dueBy ? { dueBy: new Date(dueBy * 1_000) } : {}),
  };
}

/**
 * Whether a dispute took money that was not returned. A `prevented` dispute ended without a chargeback,
 * because the card network paid the cardholder back (Visa's Rapid Dispute Resolution).
 */
const isWithdrawn = ({ balance_transactions }: Stripe.Dispute): boolean =>
  balance_transactions.reduce((sum, { amount }) => sum + amount, 0) < 0;

type Money = Pick<Charge, 'amountMinor' | 'currency'>;

/**
 * A warning covers the whole charge. It is closed when no action is possible, because the money was
 * refunded.
 */
export function warningOf(
  { id, fraud_type, actionable }: Stripe.Radar.EarlyFraudWarning,
  { amountMinor, currency }: Money,
): ProviderDispute {
  const status = actionable ? 'open' : 'closed';
  return { ref: id, kind: 'early_fraud_warning', amountMinor, currency, reason: fraud_type, status };
}

export function reviewOf(
  { id, open, opened_reason, closed_reason }: Stripe.Review,
  { amountMinor, currency }: Money,
): ProviderDispute {
  const reason = closed_reason ?? opened_reason;
  return { ref: id, kind: 'review', amountMinor, currency, reason, status: open ? 'open' : 'closed' };
}

/** Converts a refusal that was thrown as an error to a declined charge. */
export function refusalOf(
  error: InstanceType<typeof Stripe.errors.StripeError>,
  { userId, orderId, attempt, amountMinor, currency }: ChargeRequest,
): Charge {
  return {
    ref: error.payment_intent?.id,
    status: 'declined',
    amountMinor,
    currency,
    // The official client writes '' when there is no decline code.
    declineCode: error.decline_code || error.code || 'invalid_request',
    attempt: { userId, orderId, attempt },
  };
}

/** Ids and types are short and plain: they are stored, and used in URL paths. */
const eventSchema = z.object({
  id: z.string().regex(/^[\w.-]{1,255}$/),
  type: z.string().regex(/^[\w.]{1,255}$/),
  data: z.object({ object: z.looseObject({}) }),
});

const metadataSchema = z.record(z.string(), z.string());

/** The id of a PaymentIntent. Other objects of events are not charges. */
const intentName = /^pi_\w{1,250}$/;

/**
 * Reads from a signed event which charge to look at. Undefined when it is not an event: a sender that has
 * the secret may still sign any text.
 */
export function eventOf(event: unknown): ProviderEvent | undefined {
  const { data: known } = eventSchema.safeParse(event);
  if (!known) return undefined;
  const about = known.data.object;
  const chargeRef = about.object === 'payment_intent' ? about.id : about.payment_intent;
  return {
    id: known.id,
    type: known.type,
    chargeRef: typeof chargeRef === 'string' && intentName.test(chargeRef) ? chargeRef : undefined,
    attempt: attemptIn(about),
    isAboutMore: !known.type.startsWith('payment_intent.'),
  };
}

/** A charge carries its intent's metadata; refunds and disputes carry their own. */
function attemptIn({ object, metadata }: Record<string, unknown>): AttemptKey | undefined {
  const isCharge = object === 'payment_intent' || object === 'charge';
  const { data: words } = metadataSchema.safeParse(metadata);
  return isCharge ? attemptOf(words) : undefined;
}
