import { byJob } from '#lib/orders/actor.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import {
  type Charge,
  type PaymentProvider,
  type ProviderRefund,
  RefundRefused,
  UnknownOutcome,
} from '#lib/payment-provider/provider.ts';
import type { RefundStatus } from '#lib/payment-provider/statuses.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

export interface RefundKey {
  userId: string;
  orderId: string;
  id: string;
}

interface Requested extends RefundKey {
  attempt: number;
  amountMinor: number;
  status: RefundStatus;
  idempotencyKey: string;
  providerRef: string | null;
}

/**
 * Requests a recorded refund from the provider and writes the outcome. Repeating it is safe: it looks at
 * the charge first, and does not request a refund that exists. Returns `created` while the provider is
 * still working on it. Throws `UnknownOutcome`: ask again.
 */
export async function settleRefund(key: RefundKey): Promise<RefundStatus> {
  const refund = await readRefund(key);
  if (refund?.status !== 'created') return refund?.status ?? 'failed';
  const { userId, orderId, attempt } = refund;
  await settlePayment({
    key: { userId, orderId, attempt },
    ask: (payment) => request(refund, payment),
    actor: byJob('settle_refund'),
  });
  return (await readRefund(key))?.status ?? 'failed';
}

/** The charge as it is, with the outcome of this refund among its refunds. */
async function request(refund: Requested, payment: PaymentRow): Promise<Charge> {
  const { id, orderId } = refund;
  const provider = await paymentProvider();
  if (payment.providerRef === null) throw new Error(`refund ${id} of order ${orderId} has no charge`);
  let seen = await look(provider, payment.providerRef);
  for (;;) {
    const { refunds = [] } = seen;
    if (refunds.some((made) => isThis(refund, made))) return seen;
    const charge = canBeVoided(seen) ? await provider.void(payment.providerRef) : seen;
    if (charge.status !== 'succeeded') return { ...charge, refunds: [...refunds, released(refund, charge)] };
    try {
      return { ...charge, refunds: [...refunds, await requestWhatIsLeft(provider, refund, charge)] };
    } catch (error) {
      const refused = error instanceof RefundRefused;
      if (!refused && !(error instanceof UnknownOutcome && error.keyIsSpent)) throw error;
      const now = await look(provider, payment.providerRef);
      const isMade = now.refunds?.some((made) => isThis(refund, made));
      // If the owner refunded a part at the provider since the look, less is left to request.
      if (!isMade && leftOf(now) >= leftOf(charge)) {
        if (!refused) throw error;
        const said = 'the provider refuses a refund: an operator has to look';
        logger().error({ err: error, orderId, refund: id }, said);
        const failed: ProviderRefund = { id, amountMinor: refund.amountMinor, status: 'failed' };
        return { ...now, refunds: [...(now.refunds ?? []), failed] };
      }
      seen = now;
    }
  }
}

const canBeVoided = ({ status }: Charge): boolean => status !== 'succeeded' && status !== 'voided';
const leftOf = ({ amountMinor, refundedMinor = 0 }: Charge): number => amountMinor - refundedMinor;

const isThis = ({ id, providerRef }: Requested, made: ProviderRefund): boolean =>
  made.id === id || (providerRef !== null && made.ref === providerRef);

async function look(provider: PaymentProvider, ref: string): Promise<Charge> {
  const charge = await provider.retrieve(ref, { thorough: true });
  if (charge) return charge;
  throw new UnknownOutcome('refund', new Error(`the provider has no charge ${ref}`));
}

/** Throws `RefundRefused`, and `UnknownOutcome` when the outcome is unknown or the key is spent. */
async function requestWhatIsLeft(
  provider: PaymentProvider,
  { id, orderId, idempotencyKey: key, amountMinor: wanted }: Requested,
  charge: Charge,
): Promise<ProviderRefund> {
  const amountMinor = Math.min(wanted, leftOf(charge));
  if (amountMinor < 1) return { id, amountMinor: wanted, status: 'needless' };
  // A provider accepts a key with one amount only. A smaller amount gets a key of its own: the full amount
  // was refused, because it is more than what is left.
  const idempotencyKey = amountMinor === wanted ? key : `${key}:${amountMinor}`;
  return provider.refund({ id, orderId, idempotencyKey, chargeRef: charge.ref ?? '', amountMinor });
}

/** A charge that was cancelled before capture is the same to the shopper as a refunded one. */
function released({ id, amountMinor }: Requested, { ref, status }: Charge): ProviderRefund {
  if (status === 'voided' || status === 'declined') return { id, ref, amountMinor, status: 'succeeded' };
  throw new UnknownOutcome('refund', new Error(`the charge is ${status} and was not cancelled`));
}

async function readRefund({ userId, orderId, id }: RefundKey): Promise<Requested | undefined> {
  const [row] = await db().$queryRaw<Requested[]>`
    SELECT user_id AS "userId", order_id AS "orderId", id, attempt, amount_minor AS "amountMinor", status,
           idempotency_key AS "idempotencyKey", provider_ref AS "providerRef"
    FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND id = ${id}::uuid`;
  return row;
}
