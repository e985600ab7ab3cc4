import { addLostJob } from '#lib/jobs/add-job.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { expireHold } from '#lib/order-management/expire-holds.ts';
import { returnOwedMoney } from '#lib/order-management/return-owed-money.ts';
import { lockOrderRow } from '#lib/orders/order-rows.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import type { Charge } from '#lib/payment-provider/provider.ts';
import { settleCharge } from '#lib/payments/events/apply-event.ts';
import { restoreAttempt } from '#lib/payments/settling/restore-attempt.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { lookAgain } from '#lib/reconciliation/confirm.ts';
import type { Discrepancy, DiscrepancyKind } from '#lib/reconciliation/discrepancy.ts';
import type { OrderKey } from '#lib/reconciliation/find/scope.ts';
import { requestsOfLook, takeTurns } from '#lib/reconciliation/list-provider.ts';
import { type By, noteRepair, readDiscrepancy, readRepairable } from '#lib/reconciliation/record.ts';

/**
 * One safe repair for each kind. All can be repeated, and change orders and payments only through the functions that
 * the shop's own jobs use, which check versions and record who and why.
 */
interface Repair {
  /** What it does, for the person who decides. */
  does: string;
  /** The answer is certain, so reconciliation repairs it without a person. */
  isCertain: boolean;
  run(discrepancy: Discrepancy, by: By): Promise<unknown>;
}

const settles: Repair = {
  does: 'asks the provider for the charge with all its refunds and disputes, and writes what it says',
  isCertain: true,
  run: settleByProvider,
};

/** Kinds that are not in it can only be accepted, with a note: what is right is known outside the shop. */
const repairs: Partial<Record<DiscrepancyKind, Repair>> = {
  charge_without_order: { does: 'refunds what the charge holds', isCertain: false, run: refundCharge },
  charge_unmatched: settles,
  two_live_charges: settles,
  money_kept: {
    does: 'writes what the provider says, then refunds what the order holds and does not need',
    isCertain: true,
    run: returnKept,
  },
  paid_without_charge: settles,
  status_differs: settles,
  amount_differs: settles,
  cost_differs: settles,
  refund_differs: settles,
  dispute_differs: settles,
  dispute_unanswered: settles,
  payment_unknown: settles,
  hold_expired: {
    does: 'ends the order whose hold is over',
    isCertain: true,
    run: (discrepancy) => expireHold(orderOf(discrepancy)),
  },
  order_without_payment: {
    does: 'restores the payment from its charge; without one, an order by invoice gets its payment again, and another is cancelled',
    isCertain: false,
    run: restorePayment,
  },
  not_delivered: {
    does: 'sends it again',
    isCertain: true,
    run: sendAgain,
  },
  stock_differs: {
    does: 'writes the difference into the ledger as a correction; the stock stays as it is',
    isCertain: false,
    run: ({ subject }, { note }) =>
      db().$executeRaw`SELECT book_stock_difference(${subject}, ${note ?? 'reconciled'})`,
  },
};

/** What `repairDiscrepancy` would do, or undefined if the discrepancy can only be accepted. */
export const repairOf = (kind: DiscrepancyKind): Pick<Repair, 'does'> | undefined => repairs[kind];

/**
 * Compares again, repairs what still differs, and compares once more: true if it is gone. Throws `invalid_request` if
 * it is not open, for a kind that can only be accepted, what the repair throws, and `UnknownOutcome`. It is safe to
 * repeat.
 */
export async function repairDiscrepancy(
  { id, kind }: Pick<Discrepancy, 'id' | 'kind'>,
  by: By,
): Promise<boolean> {
  const repair = repairs[kind];
  if (!repair) {
    throw new AppError('invalid_request', {
      detail: `There is no repair for ${kind}: correct it where it comes from, or accept it with a note.`,
    });
  }
  const before = await readDiscrepancy(id);
  if (before?.state !== 'open') {
    throw new AppError('invalid_request', { detail: 'The discrepancy is not open. Nothing was done.' });
  }
  if ((await lookAgain([before], by)).length === 0) return true;
  // What differs may be another amount by now.
  const now = await readDiscrepancy(id);
  if (now?.state === 'open') await repair.run(now, by);
  await noteRepair(id, by);
  return (await lookAgain([before], by)).length === 0;
}

const certain = (Object.keys(repairs) as DiscrepancyKind[]).filter((kind) => repairs[kind]?.isCertain);

/** Repairs that a unit of work makes, of some requests to the provider each. */
const atOnce = 5;

/** A repair that has not helped this often is left to a person. */
const maxTries = 3;

/**
 * Repairs the next open discrepancies whose answer is certain, and compares them again. A failure leaves its
 * discrepancy open. Returns the last of them, or undefined when there are no more.
 */
export async function repairSome(after: string | undefined, by: By): Promise<string | undefined> {
  const some = await readRepairable({ kinds: certain, after, maxTries, limit: atOnce });
  for (const discrepancy of some) {
    const { id, kind, orderId } = discrepancy;
    try {
      await takeTurns(requestsOfLook);
      await repairs[kind]?.run(discrepancy, by);
    } catch (error) {
      logger().warn({ err: error, discrepancy: id, kind, orderId }, 'a discrepancy could not be repaired');
    }
    await noteRepair(id, by);
  }
  if (some.length > 0) await lookAgain(some, by);
  return some.length < atOnce ? undefined : some.at(-1)?.id;
}

const orderOf = ({ userId, orderId }: Discrepancy): OrderKey => ({
  userId: userId ?? '',
  orderId: orderId ?? '',
});

/** Every charge that the fact is about, and every attempt of its order. */
async function settleByProvider({ userId, orderId, providerRef, theirs }: Discrepancy): Promise<void> {
  const named = Array.isArray(theirs) ? theirs.map(({ ref }: { ref: string }) => ref) : [providerRef];
  const attempts =
    userId && orderId
      ? await db().payment.findMany({
          where: { userId, orderId, method: 'card' },
          orderBy: { attempt: 'asc' },
        })
      : [];
  const refs = [...named, ...attempts.map((attempt) => attempt.providerRef)];
  for (const ref of new Set(refs.filter((one) => one?.startsWith('pi_')))) await settleCharge(ref as string);
  for (const attempt of attempts) if (attempt.providerRef === null) await settleUnknownPayment(attempt);
}

/** A run repairs many. Outside of one, a person has looked at this discrepancy. */
async function returnKept(discrepancy: Discrepancy, { actor, note, runId }: By): Promise<void> {
  await settleByProvider(discrepancy);
  const reason = note ?? 'reconciliation found money that the order does not need';
  await returnOwedMoney({ ...orderOf(discrepancy), actor, reason, isCertainOnly: runId !== undefined });
}

async function refundCharge({ id, providerRef, orderId, theirs }: Discrepancy): Promise<void> {
  const { heldMinor } = theirs as { heldMinor: number };
  const provider = await paymentProvider();
  await provider.refund({
    id,
    orderId: orderId ?? '',
    idempotencyKey: `reconciliation:${id}:${heldMinor}`,
    chargeRef: providerRef ?? '',
    amountMinor: heldMinor,
  });
}

async function restorePayment(discrepancy: Discrepancy, { actor }: By): Promise<void> {
  const key = orderOf(discrepancy);
  const charge = await chargeOf(key);
  if (charge?.ref !== undefined) {
    await db().$transaction(
      async (tx) => (await restoreAttempt(tx, charge)) || (await restorePaid(tx, charge)),
    );
    await settleCharge(charge.ref);
    return;
  }
  if (await restoreInvoice(key)) return;
  if (actor.kind !== 'operator')
    throw new AppError('invalid_request', { detail: 'Only a person cancels an order.' });
  await cancelOrder({ userId: key.userId, id: key.orderId, actor });
}

/** The order's charge, by the provider's balance, or by its list of charges: one that is authorised has no entry. */
async function chargeOf(key: OrderKey): Promise<Charge | undefined> {
  const { userId, orderId } = key;
  const provider = await paymentProvider();
  const [known] = await db().$queryRaw<{ ref: string }[]>`
    SELECT c.charge_ref AS ref FROM provider_entry c
    WHERE c.kind = 'charge' AND c.user_id = ${userId}::uuid AND c.order_id = ${orderId}::uuid
    ORDER BY (SELECT sum(amount_minor) FROM provider_entry e WHERE e.charge_ref = c.charge_ref) DESC, created_at LIMIT 1`;
  if (known) return provider.retrieve(known.ref);
  const { placedAt } = await db().order.findUniqueOrThrow({ where: { userId_id: { userId, id: orderId } } });
  return provider.find({ ...key, attempt: 1 }, placedAt);
}

/** The attempt of an order that is paid already. */
async function restorePaid(tx: Tx, { attempt: key, ref, token, ...charge }: Charge): Promise<boolean> {
  const order = key && (await lockOrderRow(tx, key));
  if (!order || charge.status !== 'succeeded' || (order.paidAttempt ?? key.attempt) !== key.attempt)
    return false;
  const { userId, orderId, attempt } = key;
  await tx.$executeRaw`
    INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key,
                         provider_ref, token, captured_minor, fee_minor)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${attempt}::int, 'card', 'succeeded', ${order.totalMinor}::int,
            ${order.currency}, ${`order:${orderId}:${attempt}`}, ${ref}, ${token ?? 'unknown'},
            ${charge.amountMinor}::int, ${charge.feeMinor ?? null}::int)
    ON CONFLICT DO NOTHING`;
  return true;
}

/** Only invoice orders are `placed`. False for any other order. */
function restoreInvoice({ userId, orderId }: OrderKey): Promise<boolean> {
  return db().$transaction(async (tx) => {
    const order = await lockOrderRow(tx, { userId, orderId });
    if (order?.status !== 'placed') return false;
    await tx.$executeRaw`
      INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key)
      VALUES (${userId}::uuid, ${orderId}::uuid, 1, 'invoice', 'due', ${order.totalMinor}::int, ${order.currency},
              ${`order:${orderId}:1`})
      ON CONFLICT DO NOTHING`;
    return true;
  });
}

async function sendAgain(discrepancy: Discrepancy): Promise<void> {
  const [what, rest = ''] = discrepancy.subject.split(' ');
  const [, version, kind = ''] = rest.split('/');
  const key = { ...orderOf(discrepancy), version: Number(version) };
  if (what === 'email') return addLostJob('send_mail', { ...key, kind });
  if (what === 'event') return addLostJob('deliver_webhook', key);
  return addLostJob('announce', { events: [key] });
}
