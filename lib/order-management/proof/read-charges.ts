import {
  type Comparison,
  compareAttempt,
  type OurAttempt,
} from '#lib/order-management/proof/compare-attempt.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import {
  type Charge,
  type PaymentProvider,
  reasonOf,
  UnknownOutcome,
} from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { holdsMoney } from '#lib/payments/events/unmatched-charges.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';

/** How many charges a search reads: 100 pages, about half a minute. */
const maxLookedThrough = 10_000;

/** Before the order and after its last attempt, for charges that belong to no attempt. */
const slackMs = 600_000;

export interface ComparedAttempt {
  ours: OurAttempt;
  /** Undefined when the provider has none, and when it was not asked. */
  theirs: Charge | undefined;
  /** `not_asked`: an invoice, or a shop without a provider. `no_answer`: the provider gave none, and `reason` says why. */
  state: Comparison['state'] | 'not_asked' | 'no_answer';
  reason?: string;
  differences: string[];
}

/** The search for charges of the order that none of its attempts accounts for. */
export interface StrayCharges {
  state: 'searched' | 'not_asked' | 'no_answer' | 'too_many';
  reason?: string;
  lookedThrough: number;
  charges: Charge[];
}

export interface ChargesOfOrder {
  attempts: ComparedAttempt[];
  strays: StrayCharges;
  /** Charges of the order that hold money at the provider, as far as it was asked. */
  holdMoney: number;
}

interface Order {
  userId: string;
  id: string;
}

/** The attempts to pay an order beside the provider's charges, which are read now. Changes nothing. */
export async function readChargesOf(order: Order): Promise<ChargesOfOrder> {
  const ours = await readOurs(order);
  const isAsked = env().STRIPE_SECRET_KEY !== undefined && ours.some(({ method }) => method === 'card');
  if (!isAsked) {
    const attempts = ours.map((one) => ({
      ours: one,
      theirs: undefined,
      state: 'not_asked' as const,
      differences: [],
    }));
    return { attempts, strays: { state: 'not_asked', lookedThrough: 0, charges: [] }, holdMoney: 0 };
  }
  const provider = await paymentProvider();
  const listed = await listCharges(provider, order);
  const attempts: ComparedAttempt[] = [];
  for (const one of ours) attempts.push(await compare(provider, one, listed));
  const known = new Set(attempts.flatMap(({ theirs }) => theirs?.ref ?? []));
  const strays = {
    ...listed,
    charges: listed.charges.filter(({ ref }) => ref === undefined || !known.has(ref)),
  };
  const all = [...attempts.flatMap(({ theirs }) => theirs ?? []), ...strays.charges];
  return { attempts, strays, holdMoney: all.filter(holdsMoney).length };
}

async function compare(
  provider: PaymentProvider,
  ours: OurAttempt,
  listed: StrayCharges,
): Promise<ComparedAttempt> {
  if (ours.method !== 'card') return { ours, theirs: undefined, state: 'not_asked', differences: [] };
  const found = listed.charges.find(({ attempt }) => attempt?.attempt === ours.attempt);
  const ref = ours.providerRef ?? found?.ref;
  // Without a reference, only a complete search says that there is no charge.
  if (ref === undefined && listed.state !== 'searched') return noAnswer(ours, listed.reason);
  try {
    const theirs = ref === undefined ? undefined : await provider.retrieve(ref, { thorough: true });
    return { ours, theirs, ...compareAttempt(ours, theirs) };
  } catch (error) {
    if (error instanceof UnknownOutcome) return noAnswer(ours, reasonOf(error));
    throw error;
  }
}

const noAnswer = (ours: OurAttempt, reason = 'the provider gave no answer'): ComparedAttempt => ({
  ours,
  theirs: undefined,
  state: 'no_answer',
  reason,
  differences: [],
});

/**
 * The charges that the provider has for the order, by the metadata that it keeps. The times are ages by the
 * database's clock, counted back from the provider's: the clocks may differ.
 */
async function listCharges(provider: PaymentProvider, { userId, id }: Order): Promise<StrayCharges> {
  const [row] = await db().$queryRaw<{ orderMs: number; attemptMs: number }[]>`
    SELECT (extract(epoch FROM clock_timestamp() - placed_at) * 1000)::float8 AS "orderMs",
           (SELECT extract(epoch FROM clock_timestamp() - max(created_at)) * 1000 FROM payment
            WHERE user_id = ${userId}::uuid AND order_id = ${id}::uuid)::float8 AS "attemptMs"
    FROM orders WHERE user_id = ${userId}::uuid AND id = ${id}::uuid`;
  if (!row) throw new Error(`order ${id} is gone`);
  const charges: Charge[] = [];
  let lookedThrough = 0;
  try {
    const now = (await provider.now()).getTime();
    const since = new Date(now - row.orderMs - slackMs);
    const until = new Date(now - row.attemptMs + slackMs);
    for await (const charge of provider.listSince(since, until)) {
      lookedThrough += 1;
      if (charge.attempt?.orderId === id) charges.push(charge);
      if (lookedThrough === maxLookedThrough) return { state: 'too_many', lookedThrough, charges };
    }
  } catch (error) {
    if (!(error instanceof UnknownOutcome)) throw error;
    return { state: 'no_answer', reason: reasonOf(error), lookedThrough, charges };
  }
  return { state: 'searched', lookedThrough, charges };
}

async function readOurs({ userId, id }: Order): Promise<OurAttempt[]> {
  const [payments, disputes] = await Promise.all([
    db().payment.findMany({
      where: { userId, orderId: id },
      include: { refunds: { orderBy: { createdAt: 'asc' } } },
      orderBy: { attempt: 'asc' },
    }),
    db().dispute.findMany({ where: { userId, orderId: id } }),
  ]);
  return payments.map(({ refunds, status, ...payment }) => ({
    attempt: payment.attempt,
    method: payment.method,
    status: status as PaymentStatus,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    idempotencyKey: payment.idempotencyKey,
    providerRef: payment.providerRef,
    capturedMinor: payment.capturedMinor,
    refundedMinor: payment.refundedMinor,
    declineCode: payment.declineCode,
    refunds: refunds.map((refund) => ({
      id: refund.id,
      status: refund.status,
      amountMinor: refund.amountMinor,
      providerRef: refund.providerRef,
    })),
    disputes: disputes
      .filter(({ attempt }) => attempt === payment.attempt)
      .map(({ providerRef, status: now, amountMinor }) => ({ providerRef, status: now, amountMinor })),
  }));
}
