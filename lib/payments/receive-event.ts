import { z } from 'zod';
import { db } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { logger } from '#lib/logger.ts';
import { paymentProvider } from '#lib/payments/payment-provider.ts';
import { type AttemptKey, type Charge, type ProviderEvent, UnknownOutcome } from '#lib/payments/provider.ts';
import { settlePayment } from '#lib/payments/settle-payment.ts';
import { reviewRefund } from '#lib/payments/settle-refund.ts';

/** What came of an event: all three are answered 200, so that it isn't sent again. */
export const eventReceivedSchema = z.object({ outcome: z.enum(['applied', 'already_applied', 'ignored']) });

type EventOutcome = z.output<typeof eventReceivedSchema>['outcome'];

/**
 * The provider's word that something happened to a charge. It is believed about nothing but that:
 * the charge is read from the provider as it is now and settled, so events may come late, twice and
 * in any order. Throws `signature_invalid`, `invalid_request` for
 * what is signed and no event, and `unavailable` when it has to be sent again.
 */
export async function receiveEvent(body: string, signature: string | null): Promise<EventOutcome> {
  const provider = await paymentProvider();
  const event = provider.readEvent(body, signature);
  const { chargeRef, refundId } = event;
  if (chargeRef === undefined) return 'ignored';
  if (await wasApplied(event, chargeRef)) return 'already_applied';
  const charge = await orSendAgain(() => provider.retrieve(chargeRef));
  const key = charge?.attempt;
  const settled = key && (await settleEvent(key, charge));
  if (settled && refundId) await orSendAgain(() => reviewRefund({ ...key, id: refundId }));
  if (!settled)
    logger().warn({ event: event.id, type: event.type, chargeRef }, 'an event about no order of ours');
  await db().$executeRaw`UPDATE payment_event SET applied_at = now() WHERE id = ${event.id}`;
  return settled ? 'applied' : 'ignored';
}

/** Looked at once more, now that it is known whose it is: what counts was read after the payment's row. */
function settleEvent(key: AttemptKey, { ref }: Charge) {
  return settlePayment({
    key,
    ask: async () => {
      const provider = await paymentProvider();
      return orSendAgain(async () => (ref === undefined ? undefined : provider.retrieve(ref)));
    },
    actor: 'provider',
  });
}

async function wasApplied({ id, type }: ProviderEvent, chargeRef: string): Promise<boolean> {
  const [row] = await db().$queryRaw<{ applied: boolean }[]>`
    INSERT INTO payment_event (id, type, payment_ref) VALUES (${id}, ${type}, ${chargeRef})
    ON CONFLICT (id) DO UPDATE SET type = payment_event.type
    RETURNING applied_at IS NOT NULL AS applied`;
  return row?.applied === true;
}

async function orSendAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof UnknownOutcome)) throw cause;
    throw new AppError('unavailable', {
      detail: 'The charge cannot be looked at in this moment. Send the event again.',
      retryAfterSeconds: 5,
      cause,
    });
  }
}
