import { inProgress } from '#lib/checkout/gateway/in-progress.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import { notMade, requested, whyUnpaid } from '#lib/orders/money/money-sentences.ts';
import { readOrderMoney } from '#lib/orders/money/order-money.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import { chargeAttempt, isRefused } from '#lib/payments/charge-attempt.ts';
import { tookNothing } from '#lib/payments/payment-rows.ts';
import type { Settled } from '#lib/payments/settling/settle-payment.ts';

/**
 * Charges the card of an order that was never answered "accepted": a new order, an order whose process died
 * before the answer, or an order whose card was declined. Returns any other decision unchanged.
 */
export async function chargeIfDue(
  decision: Decision,
  { userId, submitToken }: { userId: string; submitToken: string },
  origin: () => string,
): Promise<Decision> {
  if (decision.outcome !== 'accepted' || !decision.paymentDue) return decision;
  const { receipt, created } = decision;
  const settled = await chargeAttempt({ userId, orderId: receipt.id }, origin());
  if (settled?.order.accepted) return { outcome: 'accepted', receipt, created };
  if (settled && isRefused(settled)) {
    const waits = settled.order.status === 'payment_declined';
    return { outcome: 'payment_declined', receipt, created, waits, why: await whyRefused(userId, settled) };
  }
  // Concurrent requests kept changing this payment.
  throw inProgress({ submitToken }, 'payment');
}

/** Why the card does not pay: it was declined, or it was charged and refunded before the order was paid. */
async function whyRefused(userId: string, { order, payment }: Settled): Promise<string> {
  const decline = declineSentence(payment.declineCode);
  if (tookNothing(payment.status)) return decline;
  const money = await readOrderMoney({ userId, id: order.id });
  return [whyUnpaid(money, decline), ...requested(money, 'answer'), ...notMade(money)].join(' ');
}
