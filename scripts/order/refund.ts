import { createHash } from 'node:crypto';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import type { ActorOf } from '#lib/orders/actor.ts';
import type { OrderKey } from '#lib/orders/read/find-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { formatMoney, parseMoney } from '#lib/platform/money.ts';
import { isUuid, uuid8From } from '#lib/platform/text/uuid.ts';
import { Advice } from '#scripts/advice.ts';

interface RefundFlags {
  amount?: string;
  attempt?: string;
  reason?: string;
  id?: string;
}

/** Refunds a payment of an order, or a part of it, and says what was done. */
export async function refund(
  order: OrderKey,
  actor: ActorOf<'operator'>,
  flags: RefundFlags,
): Promise<string> {
  const { userId, orderId, number, currency } = order;
  const amountMinor = readAmount(flags.amount, currency);
  const attempt = readAttempt(flags.attempt);
  const reason = flags.reason ?? 'refunded by an operator';
  if (flags.id !== undefined && !isUuid(flags.id)) throw new Advice(`--id must be a UUID, not "${flags.id}"`);
  const named = attempt === undefined ? [] : [`attempt ${attempt}`];
  const id = flags.id ?? refundIdOf([orderId, String(amountMinor ?? 'all'), reason, ...named]);
  const { created, status } = await refundOrder({
    userId,
    orderId,
    id,
    amountMinor,
    attempt,
    reason,
    actor,
  });
  const refunded = await db().refund.findUniqueOrThrow({
    where: { userId_orderId_id: { userId, orderId, id } },
  });
  const done = created
    ? `A refund of ${await whatWasRequested(order, refunded)}`
    : `This refund of attempt ${refunded.attempt} of order ${number} was requested before; nothing was refunded now. For another one of the same day give another --reason or --id.`;
  return `${done} ${ends[status]}\n  refund ${id}`;
}

/** Describes the requested refund: its amount and attempt, and the order's status after it. */
async function whatWasRequested(
  { userId, orderId, number, currency }: OrderKey,
  { attempt, amountMinor }: { attempt: number; amountMinor: number },
): Promise<string> {
  const order = await db().order.findUniqueOrThrow({ where: { userId_id: { userId, id: orderId } } });
  const what = `${formatMoney(amountMinor, currency)} of attempt ${attempt} of order ${number} was requested.`;
  const { status, paidAttempt } = order;
  return paidAttempt === null || paidAttempt === attempt
    ? `${what} The order is ${status}.`
    : `${what} Another attempt pays the order, which stays ${status}.`;
}

const ends = {
  succeeded: 'The provider has confirmed it.',
  created: 'The provider has not confirmed it yet; a job keeps asking.',
  failed:
    'The provider did NOT refund it: nothing was left to refund, or you must pay the shopper another way. To refund other money of the order, use --attempt; npm run order -- show  lists the attempts.',
};

function readAmount(amount: string | undefined, currency: string): number | undefined {
  if (amount === undefined) return undefined;
  const minor = parseMoney(amount, currency);
  if (minor !== undefined && minor > 0) return minor;
  throw new Advice(`--amount must be an amount of ${currency} like 12.50, not "${amount}"`);
}

function readAttempt(attempt: string | undefined): number | undefined {
  if (attempt === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(attempt)) return Number(attempt);
  throw new Advice(`--attempt must be the number of an attempt, as "show" lists them, not "${attempt}"`);
}

/** Derives the id from the request and the date, so that a command typed twice on one day refunds once. */
function refundIdOf(what: string[]): string {
  const day = new Date().toISOString().slice(0, 10);
  return uuid8From(
    createHash('sha256')
      .update([...what, day].join('\n'))
      .digest(),
  );
}
