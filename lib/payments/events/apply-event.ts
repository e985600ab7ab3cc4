import { z } from 'zod';
import { byProvider } from '#lib/orders/actor.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { type AttemptKey, type Charge, isOf, type ProviderEvent } from '#lib/payment-provider/provider.ts';
import { recordUnmatchedCharge } from '#lib/payments/events/unmatched-charges.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/** The result of an event. All three are answered with 200, so that the provider doesn't send it again. */
export const eventReceivedSchema = z.object({ outcome: z.enum(['applied', 'already_applied', 'ignored']) });

export type EventOutcome = z.output<typeof eventReceivedSchema>['outcome'];

/**
 * Applies an event from a webhook or from the provider's list. The event only says which charge to look at.
 * The charge is read from the provider as it is now and then settled, so events may come late, twice and in
 * any order. Throws `UnknownOutcome`: apply it again.
 */
export async function applyEvent(event: ProviderEvent): Promise<EventOutcome> {
  const { chargeRef } = event;
  if (chargeRef === undefined) return 'ignored';
  if (await wasApplied(event, chargeRef)) return 'already_applied';
  const outcome = await lookAt(event, chargeRef);
  await db().$executeRaw`UPDATE payment_event SET applied_at = now() WHERE id = ${event.id}`;
  return outcome;
}

async function lookAt(event: ProviderEvent, chargeRef: string): Promise<EventOutcome> {
  const provider = await paymentProvider();
  const key = event.attempt ?? (await provider.retrieve(chargeRef))?.attempt;
  const settled = key && (await settleEvent(key, chargeRef, event.isAboutMore));
  if (settled === 'settled') return 'applied';
  const { id, type } = event;
  logger().warn({ event: id, type, chargeRef }, 'an event about no order of ours');
  return 'ignored';
}

/**
 * Reads a charge with all its refunds and disputes, and settles its attempt, as an event about it would.
 * `unmatched`: it is no charge of an order here. Throws `UnknownOutcome`.
 */
export async function settleCharge(ref: string): Promise<'settled' | 'unmatched'> {
  const key = (await (await paymentProvider()).retrieve(ref))?.attempt;
  return key ? settleEvent(key, ref, true) : 'unmatched';
}

/** The charge that counts is read after the payment's row: an earlier look may be older than the row. */
async function settleEvent(
  key: AttemptKey,
  ref: string,
  isAboutMore: boolean,
): Promise<'settled' | 'unmatched'> {
  const provider = await paymentProvider();
  const look = (thorough: boolean) => provider.retrieve(ref, { thorough });
  let seen: Charge | undefined;
  const settled = await settlePayment({
    key,
    async ask({ refundedMinor, status }) {
      seen = await look(isAboutMore || refundedMinor > 0 || status === 'returning');
      return seen && isOf(seen, key) ? seen : undefined;
    },
    actor: byProvider,
  });
  if (settled) return seen && isOf(seen, key) ? 'settled' : 'unmatched';
  // A charge of the shop whose order was lost with the last commits of a restored database.
  const charge = await look(false);
  if (!charge || !isOf(charge, key)) return 'unmatched';
  await recordUnmatchedCharge(db(), charge, key, await whyUnmatched(key));
  return (await isAdopted(key)) ? 'settled' : 'unmatched';
}

/** The order may exist and wait for exactly this money. */
async function isAdopted({ userId, orderId, attempt }: AttemptKey): Promise<boolean> {
  const settled = await settlePayment({
    key: { userId, orderId },
    ask: async () => undefined,
    actor: byProvider,
  });
  return settled?.payment.attempt === attempt;
}

async function whyUnmatched({ userId, orderId }: AttemptKey): Promise<'no_order' | 'no_attempt'> {
  const [order] = await db().$queryRaw<unknown[]>`
    SELECT 1 FROM orders WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  return order ? 'no_attempt' : 'no_order';
}

async function wasApplied({ id, type }: ProviderEvent, chargeRef: string): Promise<boolean> {
  const [row] = await db().$queryRaw<{ applied: boolean }[]>`
    INSERT INTO payment_event (id, type, payment_ref) VALUES (${id}, ${type}, ${chargeRef})
    ON CONFLICT (id) DO UPDATE SET type = payment_event.type
    RETURNING applied_at IS NOT NULL AS applied`;
  return row?.applied === true;
}
