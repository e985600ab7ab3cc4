import type { ActorOf } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import type { Charge, ProviderDispute } from '#lib/payment-provider/provider.ts';
import { lockOrder, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';

interface Fulfil {
  userId: string;
  orderId: string;
  actor: ActorOf<'operator'>;
}

/**
 * Marks an order as handed to the carrier. First asks the provider whether it holds the money. A reserved
 * amount is captured if there is no dispute. An order whose money was refunded or is disputed is not
 * fulfilled. A partial refund is goodwill and does not block it. Fulfilling is idempotent: `changed` is false
 * the second time. Throws `not_found`, `not_fulfillable`, and `UnknownOutcome` when the provider gives no
 * answer.
 */
export async function fulfilOrder({ userId, orderId, actor }: Fulfil): Promise<{ changed: boolean }> {
  let seen: Charge | undefined;
  await settlePayment({
    key: await payingAttempt({ userId, orderId }),
    async ask(payment) {
      seen = await look(payment);
      return seen;
    },
    actor,
  });
  return db().$transaction((tx) => fulfil(tx, { userId, orderId, actor }, seen));
}

/** The attempt that paid the order. The latest attempt (a key without a number) when no card has paid. */
async function payingAttempt(key: { userId: string; orderId: string }) {
  const order = await db().order.findUnique({
    where: { userId_id: { userId: key.userId, id: key.orderId } },
    select: { paidAttempt: true },
  });
  return { ...key, ...(order?.paidAttempt ? { attempt: order.paidAttempt } : {}) };
}

/**
 * Reads the charge with its refunds and disputes. A reserved amount is captured only when nothing blocks the
 * shipping: an order that is not sent must not cost its shopper anything.
 */
async function look(payment: PaymentRow): Promise<Charge | undefined> {
  const { status, providerRef, attempt, orderId } = payment;
  const holdsMoney = status === 'authorized' || status === 'succeeded';
  if (!holdsMoney || providerRef === null) return undefined;
  const provider = await paymentProvider();
  const seen = await provider.retrieve(providerRef, { thorough: true });
  if (
    seen?.status !== 'authorized' ||
    openDispute([...(seen.disputes ?? []), ...(await readHeld(db(), payment))])
  ) {
    return seen;
  }
  await provider.capture(providerRef, `capture:${orderId}:${attempt}`);
  return provider.retrieve(providerRef, { thorough: true });
}

async function fulfil(
  tx: Tx,
  { userId, orderId, actor }: Fulfil,
  charge: Charge | undefined,
): Promise<{ changed: boolean }> {
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw new AppError('not_found', { detail: 'There is no such order.' });
  const { status, version, paidAttempt } = locked.order;
  if (status === 'fulfilled') return { changed: false };
  const payment = locked.payments.find(({ attempt }) => attempt === paidAttempt);
  const byCard = locked.payments.some(({ method }) => method === 'card');
  const why = await whyNot(tx, { status, payment, byCard, charge });
  if (why) throw new AppError('not_fulfillable', { detail: `The order cannot be fulfilled. ${why}` });
  const reason = 'handed to the carrier';
  await changeOrder(tx, { userId, orderId, version, from: status, to: 'fulfilled', actor, reason });
  return { changed: true };
}

interface Look {
  status: string;
  /** The payment that paid the order; undefined for an invoice. */
  payment: PaymentRow | undefined;
  byCard: boolean;
  charge: Charge | undefined;
}

/** Why the order may not be sent; undefined when it may. */
async function whyNot(tx: Tx, { status, payment, byCard, charge }: Look): Promise<string | undefined> {
  if (status !== 'placed' && status !== 'paid') return `It is ${status}.`;
  // An invoice is paid after the goods arrive.
  if (!payment) return byCard ? 'The shop knows of no charge that paid it.' : undefined;
  const held = openDispute([...(charge?.disputes ?? []), ...(await readHeld(tx, payment))]);
  if (payment.status === 'authorized')
    return held ?? 'Its payment is only authorised and could not be captured.';
  if (payment.status !== 'succeeded') return `Its payment is ${payment.status}.`;
  if (charge === undefined || charge.ref !== payment.providerRef) {
    return 'The payment provider does not know its charge.';
  }
  if (charge.status !== 'succeeded' || charge.amountMinor !== payment.amountMinor) {
    return 'The payment provider does not hold all of its money.';
  }
  // The charge is checked directly, too: with constant concurrent writes, it was not written to the rows.
  if ((charge.refundedMinor ?? 0) >= charge.amountMinor)
    return 'Its payment has been refunded at the payment provider.';
  return held;
}

const nouns: Record<ProviderDispute['kind'], string> = {
  dispute: 'A bank disputes its payment',
  early_fraud_warning: 'The card network warns of fraud',
  review: 'The payment provider reviews its payment',
};

type Held = Pick<ProviderDispute, 'kind' | 'reason' | 'status'>;

/** A sentence about a lost or open dispute, warning or review of the payment; undefined without one. */
function openDispute(held: Held[]): string | undefined {
  const lost = held.find(({ status }) => status === 'lost');
  if (lost) return `A dispute of its payment was lost (${lost.reason}), and its money is gone.`;
  const open = held.find(({ status }) => status === 'open');
  if (!open) return undefined;
  return `${nouns[open.kind]} (${open.reason}). It can be fulfilled when that is closed in the shop's favour.`;
}

/** Disputes of this attempt only, as those of other attempts do not affect the money of the order. */
function readHeld(tx: Tx, { userId, orderId, attempt }: PaymentRow): Promise<Held[]> {
  return tx.$queryRaw<Held[]>`
    SELECT kind, reason, status FROM dispute
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
    ORDER BY created_at`;
}
