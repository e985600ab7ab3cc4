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
import { isUuid } from '#lib/platform/uuid.ts';

/** From Stripe's shapes to ours. Pure. */

const statuses: Record<string, ChargeStatus> = {
  succeeded: 'succeeded',
  requires_capture: 'authorized',
  requires_action: 'requires_action',
  // A confirmation that was refused sends an intent back to the beginning, and we never go on with it.
  requires_payment_method: 'declined',
  canceled: 'voided',
};

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

function attemptOf(metadata: Stripe.Metadata | null | undefined): AttemptKey | undefined {
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

/** Everything else is still open: under review, or waiting for our evidence. */
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
    ...(dueBy ? { dueBy: new Date(dueBy * 1_000) } : {}),
  };
}

/**
 * Whether a dispute has taken money that did not come back. One that was `prevented` ended without a
 * chargeback, because the card network gave the cardholder the money (Visa's Rapid Dispute Resolution).
 */
const isWithdrawn = ({ balance_transactions }: Stripe.Dispute): boolean =>
  balance_transactions.reduce((sum, { amount }) => sum + amount, 0) < 0;

type Money = Pick<Charge, 'amountMinor' | 'currency'>;

/** Of the whole charge. One that nothing can be done about any more, because the money went back, is closed. */
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

/** A refusal that came as an error, as the charge that it is. */
export function refusalOf(
  error: InstanceType<typeof Stripe.errors.StripeError>,
  { userId, orderId, attempt, amountMinor, currency }: ChargeRequest,
): Charge {
  return {
    ref: error.payment_intent?.id,
    status: 'declined',
    amountMinor,
    currency,
    // The official client writes '' for a decline code that there isn't.
    declineCode: error.decline_code || error.code || 'invalid_request',
    attempt: { userId, orderId, attempt },
  };
}

/** Names are short and plain; they are kept, and asked for by path. */
const eventSchema = z.object({
  id: z.string().regex(/^[\w.-]{1,255}$/),
  type: z.string().regex(/^[\w.]{1,255}$/),
  data: z.object({ object: z.looseObject({}) }),
});

const metadataSchema = z.record(z.string(), z.string());

/** Stripe's name of a PaymentIntent. What else an event may be about is no charge. */
const intentName = /^pi_\w{1,250}$/;

/**
 * A signed event as the hint that it is: what to look at. Undefined for what is no event: whoever has
 * the secret may still have sent anything.
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

/** A charge has its intent's metadata; a refund and a dispute have their own. */
function attemptIn({ object, metadata }: Record<string, unknown>): AttemptKey | undefined {
  const isCharge = object === 'payment_intent' || object === 'charge';
  const { data: words } = metadataSchema.safeParse(metadata);
  return isCharge ? attemptOf(words) : undefined;
}
