import type Stripe from 'stripe';
import { z } from 'zod';
import type {
  AttemptKey,
  Charge,
  ChargeRequest,
  ChargeStatus,
  ProviderEvent,
  ProviderRefund,
} from '#lib/payments/provider.ts';
import { isUuid } from '#lib/uuid.ts';

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
  return {
    ref: intent.id,
    status: statuses[intent.status] ?? 'processing',
    amountMinor: taken ? intent.amount_received : intent.amount,
    currency: intent.currency.toUpperCase(),
    declineCode: decline_code ?? code ?? undefined,
    actionUrl: intent.next_action?.redirect_to_url?.url ?? undefined,
    attempt: attemptOf(intent.metadata),
  };
}

function attemptOf(metadata: Stripe.Metadata | null): AttemptKey | undefined {
  const { user_id: userId = '', order_id: orderId = '', attempt = '' } = metadata ?? {};
  if (!isUuid(userId) || !isUuid(orderId) || !/^[1-9]\d{0,3}$/.test(attempt)) return undefined;
  return { userId: userId.toLowerCase(), orderId: orderId.toLowerCase(), attempt: Number(attempt) };
}

export function isOf({ attempt: of }: Charge, { userId, orderId, attempt }: AttemptKey): boolean {
  return of?.userId === userId && of.orderId === orderId && of.attempt === attempt;
}

export function refundOf({ id, status }: Stripe.Refund): ProviderRefund {
  const known =
    status === 'succeeded' ? status : status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
  return { ref: id, status: known };
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
  const metadata = about.object === 'refund' ? about.metadata : undefined;
  const refundId = (metadata as { refund_id?: unknown } | null | undefined)?.refund_id;
  return {
    id: known.id,
    type: known.type,
    chargeRef: typeof chargeRef === 'string' && intentName.test(chargeRef) ? chargeRef : undefined,
    refundId: typeof refundId === 'string' && isUuid(refundId) ? refundId : undefined,
  };
}
