import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { type Charge, type ChargeStatus, isOf, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { holdsMoney } from '#lib/payments/events/unmatched-charges.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { env, siteUrl } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

/** The questions about one attempt. None of them throws for what the provider doesn't say. */

/** Providers keep a key for 24 hours; an hour less, because clocks and queues are not exact. */
const keyKeptMs = 23 * 3600 * 1000;

/** How far back a key that is known may have been used: providers keep one for 24 hours at least, hardly longer. */
const keyFoundMs = 25 * 3600 * 1000;

/**
 * Charges the attempt, with its key: the first request and every later one are the same charge.
 * `origin` is how the shopper reaches the shop, for the way back from the bank.
 */
export function createCharge(payment: PaymentRow, origin?: string): Promise<Finding> {
  if (payment.strayRef) return queryOrCreateCharge(payment, origin);
  if (!isKeyKept(payment)) return queryCharge(payment);
  // A database that was restored from an old backup: the charge may be there, and its key forgotten.
  if (payment.unreadSince) return queryOrCreateCharge(payment, origin);
  return orUnknown(payment, async () => (await findUnmatched(payment)) ?? charge(payment, origin));
}

/** What became of it, without charging: `absent` when the provider has no such charge. */
export function queryCharge(payment: PaymentRow): Promise<Finding> {
  return orUnknown(payment, async () => (await find(payment)) ?? 'absent');
}

/** What became of it; where the provider has no such charge, it is made, as long as the key is safe. */
export function queryOrCreateCharge(payment: PaymentRow, origin?: string): Promise<Finding> {
  const chargeable = payment.providerRef === null && isKeyKept(payment);
  return orUnknown(payment, async () => {
    // Another attempt has paid: this one must not, and what it may have begun ends.
    if (await findStray(payment)) return endCharge(payment);
    const found = await find(payment).catch((error) => {
      // Too many charges since then to look through: the key finds it, too, or makes it.
      if (chargeable && !payment.unreadSince && error instanceof UnknownOutcome) return undefined;
      throw error;
    });
    if (found) return found;
    return chargeable ? charge(payment, origin) : 'absent';
  });
}

/** Calls the charge off if it took no money yet, and says what it is then. `absent` is for good. */
export function cancelCharge(payment: PaymentRow): Promise<Finding> {
  return orUnknown(payment, () => endCharge(payment));
}

async function endCharge(payment: PaymentRow): Promise<Finding> {
  const found = (await find(payment)) ?? (await spendKey(payment));
  if (!found?.ref) return 'absent';
  // A provider that can't call it off any more answers with the charge as it is.
  return mayTakeMoney.includes(found.status) ? (await paymentProvider()).void(found.ref) : found;
}

/** A charge whose card was declined takes another card, for as long as it is not cancelled. */
const mayTakeMoney: readonly ChargeStatus[] = ['requires_action', 'processing', 'declined'];

/**
 * There was nothing to be found, which does not say that there never will be: a request that nobody
 * waits for any more may be on its way. So the key is used up; or it was, by a charge that came after
 * we had looked. Throws `UnknownOutcome` when it was, and there is none.
 */
async function spendKey(payment: PaymentRow): Promise<Charge | undefined> {
  // A charge that had a name is known to be gone, and an old key keeps nobody out.
  if (payment.providerRef !== null || !isKeyKept(payment)) return undefined;
  const provider = await paymentProvider();
  if (await provider.spendKey(payment)) return undefined;
  const found = await find(payment, { keyIsSpent: true });
  if (!found) throw new UnknownOutcome('spendKey', new Error('the key was used for something else'));
  return found;
}

/**
 * A spent key may have been used before the attempt's row was written: for the same attempt, in a time
 * that the database has lost.
 */
async function find(payment: PaymentRow, { keyIsSpent = false } = {}) {
  const { userId, orderId, attempt, providerRef, ageMs, unreadSince, refundedMinor, status } = payment;
  const provider = await paymentProvider();
  if (providerRef) {
    // A refund that failed is not to be seen at the charge itself.
    const thorough = refundedMinor > 0 || status === 'returning';
    return provider.retrieve(providerRef, { thorough });
  }
  const unmatched = await findUnmatched(payment);
  if (unmatched) return unmatched;
  // By its age: when it was begun is known by the database's clock, which may be hours from the provider's.
  const begunAt = (await provider.now()).getTime() - (keyIsSpent ? keyFoundMs : Math.max(ageMs, 0));
  const since = Math.min(begunAt, unreadSince?.getTime() ?? begunAt);
  return provider.find({ userId, orderId, attempt }, new Date(since));
}

/**
 * The charge that was made for this attempt before its order was lost with the database's last
 * commits. The provider forgets its keys after a day, so the key alone does not find it.
 */
async function findUnmatched(payment: PaymentRow): Promise<Charge | undefined> {
  const { userId, orderId, attempt, unmatchedRef, amountMinor, currency } = payment;
  if (!unmatchedRef || payment.providerRef !== null) return undefined;
  const charge = await (await paymentProvider()).retrieve(unmatchedRef);
  const isCharged = charge?.status === 'succeeded' || charge?.status === 'authorized';
  const fits = charge?.amountMinor === amountMinor && charge.currency === currency;
  return isCharged && fits && isOf(charge, { userId, orderId, attempt }) ? charge : undefined;
}

/**
 * The charge that holds the order's money for another attempt, whose row was lost with the database's
 * last commits. Throws `UnknownOutcome`.
 */
export async function findStray(payment: PaymentRow): Promise<Charge | undefined> {
  const { userId, orderId, strayRef, amountMinor, currency } = payment;
  if (!strayRef) return undefined;
  const charge = await (await paymentProvider()).retrieve(strayRef);
  if (!charge?.attempt || !holdsMoney(charge)) return undefined;
  const fits = charge.amountMinor === amountMinor && charge.currency === currency;
  const { attempt } = charge.attempt;
  return fits && isOf(charge, { userId, orderId, attempt }) ? charge : undefined;
}

async function charge(payment: PaymentRow, origin?: string): Promise<Finding> {
  const { userId, orderId, attempt, idempotencyKey, amountMinor, currency, token } = payment;
  if (token === null) throw new Error(`attempt ${attempt} of order ${orderId} has nothing to charge`);
  const provider = await paymentProvider();
  try {
    return await provider.authorize({
      userId,
      orderId,
      attempt,
      idempotencyKey,
      amountMinor,
      currency,
      token,
      returnUrl: returnUrl(orderId, origin),
    });
  } catch (error) {
    if (!(error instanceof UnknownOutcome && error.keyIsSpent)) throw error;
    return (await find(payment, { keyIsSpent: true })) ?? (await spendKey(payment)) ?? 'absent';
  }
}

/**
 * Where the bank sends the shopper. Without PUBLIC_URL it depends on how the one who asks reached the
 * shop, so a second request may come with another address than the first: the provider then refuses
 * the key that it knows, and the charge is looked for instead.
 */
function returnUrl(orderId: string, origin?: string): string {
  const base = env().PUBLIC_URL ?? origin ?? siteUrl();
  return new URL(`/orders/${orderId}/payment-return`, base).href;
}

const isKeyKept = ({ ageMs }: PaymentRow) => ageMs < keyKeptMs;

async function orUnknown({ orderId, attempt }: PaymentRow, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UnknownOutcome)) throw error;
    logger().warn({ err: error, orderId, attempt }, 'the payment provider gave no answer');
    return 'unknown';
  }
}
