import { z } from 'zod';
import { endFresh, type Fresh, refuseFresh } from '#lib/checkout/gateway/guard-fresh.ts';
import { paymentTokenSchema } from '#lib/checkout/submission/schema.ts';
import { byShopper } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { type Receipt, toOrderReceipt } from '#lib/orders/order-request.ts';
import { isHoldOver } from '#lib/orders/order-rows.ts';
import { type OrderStatus, orderReceiptSchema } from '#lib/orders/schema.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { chargeAttempt } from '#lib/payments/charge-attempt.ts';
import { nextAttempt } from '#lib/payments/next-attempt.ts';
import { orUnavailable } from '#lib/payments/or-unavailable.ts';
import {
  isOpen,
  isOver,
  lockOrder,
  type PaymentRow,
  readPayment,
  tookNothing,
} from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { type Settled, settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { writeAttempt } from '#lib/payments/write-attempt.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { isUniqueViolation } from '#lib/platform/database/db-errors.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';
import type { Trail } from '#lib/submissions/trail.ts';

export const paymentInputSchema = z
  .object({
    attempt: z.int('must be a whole number').min(1, 'must be 1 or more').max(9_999, 'must be 9999 or less'),
    method: z.literal('card', 'must be card'),
    token: paymentTokenSchema,
  })
  .meta({ id: 'PaymentInput' });

export const paymentAcceptedSchema = z
  .object({
    outcome: z.literal('accepted'),
    payment: z.object({ attempt: z.int(), status: z.string(), amountMinor: z.int() }),
    order: orderReceiptSchema,
  })
  .meta({ id: 'PaymentAccepted' });

export interface PayOrder extends z.output<typeof paymentInputSchema> {
  userId: string;
  id: string;
  ip: string | undefined;
  /** The answer to a challenge. */
  answer: string | undefined;
  /** The origin by which the shopper reaches the shop, for the return from the bank. */
  origin: string;
  trail: Trail;
}

export interface Paid {
  body: z.output<typeof paymentAcceptedSchema>;
  created: boolean;
}

/**
 * Records the next attempt to pay an order, charges it and answers. The same attempt with the same token is
 * a replay. An attempt that waits for the shopper's bank is cancelled in favour of the next one.
 * Throws `not_found`, `payment_declined`, `key_reused`, `wrong_attempt`, `not_payable`,
 * `payment_unsettled` and `rate_limited`.
 */
export async function payOrder({ id, ...rest }: PayOrder): Promise<Paid> {
  if (!isUuid(id)) throw noSuchOrder();
  // Lower case, as in the database: the provider's idempotency key contains it.
  const request = { ...rest, id: id.toLowerCase() };
  const { userId, id: orderId, attempt, origin } = request;
  const fresh = freshOf(request);
  let declined = false;
  try {
    const { created } = await begin(request, fresh);
    request.trail.made = created;
    const settled = await chargeAttempt({ userId, orderId, attempt }, origin);
    if (!settled) throw noSuchOrder();
    declined = created && settled.payment.status === 'declined';
    return answer(settled, created);
  } finally {
    endFresh(fresh, { declined });
  }
}

function answer({ order, payment }: Settled, created: boolean): Paid {
  const receipt: Receipt = order;
  const { attempt, status, amountMinor } = payment;
  if (status === 'created') throw unsettled();
  // Refunded money had been taken, so the attempt is answered as accepted, with its present status.
  if (tookNothing(status)) {
    throw new AppError('payment_declined', {
      detail: `${declineSentence(payment.declineCode)} ${whatNow(order.status)}`,
      extra: { order: toOrderReceipt(receipt) },
      headers: created ? {} : { 'idempotent-replayed': 'true' },
    });
  }
  const body = {
    outcome: 'accepted' as const,
    payment: { attempt, status, amountMinor },
    order: toOrderReceipt(receipt),
  };
  return { body, created };
}

/** The present state of the order of a refused attempt; a replay may come long after the refusal. */
function whatNow(status: OrderStatus): string {
  if (status === 'payment_declined') return 'The order is kept for you and waits for another card.';
  const hasEnded = status === 'cancelled' || status === 'refunded';
  return hasEnded ? 'The order has ended since.' : 'Another attempt to pay it has been made since.';
}

async function begin(request: PayOrder, fresh: Fresh): Promise<{ created: boolean }> {
  const { userId, id: orderId, attempt, token, trail } = request;
  const standing = await readPayment(db(), { userId, orderId, attempt });
  if (standing) {
    trail.submitted = { userId, orderId, attempt };
    trail.layer = 'database';
    return replay(standing, token);
  }
  const refusal = await refuseFresh(fresh);
  if (refusal) throw refusal;
  await callOffAtTheBank(request);
  try {
    return await db().$transaction((tx) => write(tx, request));
  } catch (error) {
    // The unique key of attempts, or of live attempts: a concurrent request has just written one.
    const faster = isUniqueViolation(error) && (await readPayment(db(), { userId, orderId, attempt }));
    if (!faster) throw error;
    trail.layer = 'unique_key';
    return replay(faster, token);
  }
}

function freshOf({ userId, id, attempt, token, ip, answer }: PayOrder): Fresh {
  const words = { what: 'attempts', nothing: 'Nothing was charged' };
  return { userId, ip, card: { token }, submission: `${id}:${attempt}`, answer, words };
}

function replay(standing: PaymentRow, token: string): { created: false } {
  if (standing.method === 'card' && standing.token === token) return { created: false };
  if (standing.method !== 'card') throw notPayable('It is paid by invoice.');
  throw new AppError('key_reused', {
    detail: `Attempt ${standing.attempt} was made with another card. Nothing was charged now; send the next attempt.`,
  });
}

/** The shopper left the bank's confirmation and sent another card, so the earlier charge is cancelled. */
async function callOffAtTheBank({ userId, id: orderId, attempt }: PayOrder): Promise<void> {
  await orUnavailable(
    settlePayment({
      key: { userId, orderId },
      ask: async (last) =>
        // Only for the next attempt: an attempt that will be refused must not cancel a charge.
        last.status === 'requires_action' &&
        nextAttempt('payment_pending', [last]) === attempt &&
        !(await isHoldOver(db(), { userId, orderId }))
          ? cancelCharge(last)
          : undefined,
      actor: byShopper,
    }),
  );
}

async function write(tx: Tx, request: PayOrder): Promise<{ created: boolean }> {
  const { userId, id: orderId, attempt, token, trail } = request;
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw noSuchOrder();
  trail.submitted = { userId, orderId, attempt };
  trail.layer = 'attempt_writer';
  const { order, payments } = locked;
  const standing = payments.find((payment) => payment.attempt === attempt);
  if (standing) {
    trail.layer = 'database';
    return replay(standing, token);
  }
  const expected = nextAttempt(order.status, payments);
  if (expected !== undefined && attempt !== expected) {
    throw new AppError('wrong_attempt', {
      detail: `The next attempt of this order is number ${expected}. Nothing was charged.`,
      extra: { expected },
    });
  }
  // A charge under way, or one that waits for the bank and whose cancellation is not confirmed.
  const isUnsettled = order.status === 'payment_declined' ? isLive : isOpenPayment;
  if (payments.some(isUnsettled)) throw unsettled();
  if (expected === undefined) throw takesNone(order.status);
  // The time for attempts is limited, however many cards are tried.
  if (order.holdIsOver) throw notPayable('The time to pay it is over. Please order the items again.');
  await changeOrder(tx, {
    userId,
    orderId,
    version: order.version,
    from: order.status,
    to: 'payment_pending',
    actor: byShopper,
    reason: `attempt ${attempt} to pay by card`,
    extendsHold: true,
  });
  await writeAttempt(tx, order, { userId, attempt, token, status: 'created', providerRef: null });
  return { created: true };
}

const isOpenPayment = ({ status }: PaymentRow): boolean => isOpen(status);
/** Includes captured money of an unpaid order: it is not settled yet whether it will be refunded. */
const isLive = ({ status }: PaymentRow): boolean => !isOver(status);

/** Why an order takes no further attempt although all its payments are settled. */
function takesNone(status: OrderStatus): AppError {
  if (status === 'payment_declined') {
    return notPayable(
      takesCards() ? 'No more cards are tried for it.' : 'Cards are not taken at this moment.',
    );
  }
  return notPayable(status === 'placed' ? 'It is paid by invoice.' : `It is ${status} already.`);
}

function notPayable(why: string): AppError {
  return new AppError('not_payable', {
    detail: `This order cannot be paid by card. ${why} Nothing was charged.`,
  });
}

function unsettled(): AppError {
  return new AppError('payment_unsettled', {
    detail:
      'The last attempt to pay is still being confirmed. Nothing more was charged; look again in a moment.',
    retryAfterSeconds: 3,
  });
}

function noSuchOrder(): AppError {
  return new AppError('not_found', { detail: 'There is no such order of yours.' });
}
