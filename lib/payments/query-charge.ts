import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { type Charge, type ChargeStatus, isOf, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { holdsMoney } from '#lib/payments/events/unmatched-charges.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { env, siteUrl } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Queries the provider about one attempt. When the provider gives no answer, these functions return
 * `unknown` instead of throwing, except `findStray`.
 */

/**
 * How long a key is safe to use. Providers keep a key for 24 hours; one hour less, because clocks and
 * queues are not exact.
 */
const keyKeptMs = 23 * 3600 * 1000;

/**
 * How far back a spent key may have been used. Providers keep a key for at least 24 hours, and hardly
 * longer.
 */
const keyFoundMs = 25 * 3600 * 1000;

/**
 * Charges the attempt with its idempotency key: the first request and every retry are the same charge.
 * `origin` is the address at which the shopper reaches the shop, for the return from the bank.
 */
export function createCharge(payment: PaymentRow, origin?: string): Promise<Finding> {
  if (payment.strayRef) return queryOrCreateCharge(payment, origin);
  if (!isKeyKept(payment)) return queryCharge(payment);
  // The database was restored from an old backup: the charge may exist, and the provider forgot its key.
  if (payment.unreadSince) return queryOrCreateCharge(payment, origin);
  return orUnknown(payment, async () => (await findUnmatched(payment)) ?? charge(payment, origin));
}

/** Looks the charge up without charging. `absent`: the provider has no such charge. */
export function queryCharge(payment: PaymentRow): Promise<Finding> {
  return orUnknown(payment, async () => (await find(payment)) ?? 'absent');
}

/** Looks the charge up. If the provider has no such charge, creates it, as long as the key is safe to use. */
export function queryOrCreateCharge(payment: PaymentRow, origin?: string): Promise<Finding> {
  const chargeable = payment.providerRef === null && isKeyKept(payment);
  return orUnknown(payment, async () => {
    // Another attempt has paid: this one must not charge, and a charge that it started is cancelled.
    if (await findStray(payment)) return endCharge(payment);
    const found = await find(payment).catch((error) => {
      // Too many charges since then to search: a request with the key finds the charge or creates it.
      if (chargeable && !payment.unreadSince && error instanceof UnknownOutcome) return undefined;
      throw error;
    });
    if (found) return found;
    return chargeable ? charge(payment, origin) : 'absent';
  });
}

/** Cancels the charge if it has taken no money yet, and returns its state after that. `absent` is final. */
export function cancelCharge(payment: PaymentRow): Promise<Finding> {
  return orUnknown(payment, () => endCharge(payment));
}

async function endCharge(payment: PaymentRow): Promise<Finding> {
  const found = (await find(payment)) ?? (await spendKey(payment));
  if (!found?.ref) return 'absent';
  // A provider that can no longer cancel the charge answers with the charge as it is.
  return mayTakeMoney.includes(found.status) ? (await paymentProvider()).void(found.ref) : found;
}

/** A declined charge accepts another card until it is cancelled. */
const mayTakeMoney: readonly ChargeStatus[] = ['requires_action', 'processing', 'declined'];

/**
 * The search found no charge, but an abandoned request may still reach the provider. So this spends the
 * key, after which no charge can be created. If the key is already spent, a charge may have been created
 * after the search; it is searched for again. Throws `UnknownOutcome` when the key is spent and there is
 * no charge.
 */
async function spendKey(payment: PaymentRow): Promise<Charge | undefined> {
  // A charge with a provider id is known to be gone, and an old key would block no request.
  if (payment.providerRef !== null || !isKeyKept(payment)) return undefined;
  const provider = await paymentProvider();
  if (await provider.spendKey(payment)) return undefined;
  const found = await find(payment, { keyIsSpent: true });
  if (!found) throw new UnknownOutcome('spendKey', new Error('the key was used for something else'));
  return found;
}

/**
 * A spent key may have been used before the attempt's row was written: for the same attempt, in commits
 * that the database has lost.
 */
async function find(payment: PaymentRow, { keyIsSpent = false } = {}) {
  const { userId, orderId, attempt, providerRef, ageMs, unreadSince, refundedMinor, status } = payment;
  const provider = await paymentProvider();
  if (providerRef) {
    // A failed refund does not show on the charge itself.
    const thorough = refundedMinor > 0 || status === 'returning';
    return provider.retrieve(providerRef, { thorough });
  }
  const unmatched = await findUnmatched(payment);
  if (unmatched) return unmatched;
  // Computed from the row's age. The start time itself is by the database's clock, which may be hours off
  // the provider's clock.
  const begunAt = (await provider.now()).getTime() - (keyIsSpent ? keyFoundMs : Math.max(ageMs, 0));
  const since = Math.min(begunAt, unreadSince?.getTime() ?? begunAt);
  return provider.find({ userId, orderId, attempt }, new Date(since));
}

/**
 * The charge of this attempt from before its order was lost with the database's last commits. The
 * provider forgets its keys after a day, so the key alone does not find it.
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
 * Where the bank sends the shopper back to. Without PUBLIC_URL it depends on the address at which the
 * request reached the shop, so a second request may send another address than the first. The provider
 * then refuses the key, and the charge is searched for instead.
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
    if (error.deniedWith === undefined)
      logger().warn({ err: error, orderId, attempt }, 'the payment provider gave no answer');
    else logger().error({ err: error, orderId, attempt }, 'the payment provider denies the request');
    return 'unknown';
  }
}
