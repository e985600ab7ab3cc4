import { byShopper } from '#lib/orders/actor.ts';
import { orUnavailable } from '#lib/payments/or-unavailable.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * How long the provider's last answer counts. A shopper who returns sooner sees the known state. The
 * webhook, the sweep and the order's page, which polls by itself, show later changes.
 */
const askAgainSeconds = 3;

interface OrderKey {
  userId: string;
  orderId: string;
}

/**
 * The shopper is back from their bank. This asks the provider for the outcome and ignores what the return
 * address claims. Repeated visits ask once in `askAgainSeconds`. Visits in between wait for that answer
 * if this process asked; otherwise they show the known state. While the provider gives no answer, the
 * webhook or the sweep settles the payment. Throws `unavailable`.
 */
export async function returnFromBank(key: OrderKey): Promise<void> {
  const returning = processWide('returning', () => new Map<string, Promise<void>>());
  const name = `${key.userId}|${key.orderId}`;
  const underWay = returning.get(name);
  if (underWay) return underWay;
  const asking = askOnce(key).finally(() => returning.delete(name));
  returning.set(name, asking);
  return asking;
}

async function askOnce(key: OrderKey): Promise<void> {
  const attempt = await takeTurn(key);
  if (attempt === undefined) return;
  await orUnavailable(
    settlePayment({
      key: { ...key, attempt },
      ask: async (payment) =>
        isOpen(payment.status) && payment.providerRef !== null ? queryCharge(payment) : undefined,
      actor: byShopper,
    }),
  );
}

/**
 * The attempt to ask about; only one caller in all processes gets it. Undefined when there is nothing to
 * ask, or when the provider was asked a moment ago.
 */
async function takeTurn({ userId, orderId }: OrderKey): Promise<number | undefined> {
  const [turn] = await db().$queryRaw<{ attempt: number }[]>`
    UPDATE payment SET asked_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
      AND attempt = (SELECT max(attempt) FROM payment latest
                     WHERE latest.user_id = ${userId}::uuid AND latest.order_id = ${orderId}::uuid)
      AND status IN ('created', 'requires_action', 'unknown') AND provider_ref IS NOT NULL
      AND (asked_at IS NULL OR asked_at < now() - make_interval(secs => ${askAgainSeconds}::int))
    RETURNING attempt`;
  return turn?.attempt;
}
