import Stripe from 'stripe';
import type { Charge, ProviderDispute, ProviderRefund } from '#lib/payment-provider/provider.ts';
import {
  chargeOf,
  disputeOf,
  refundOf,
  reviewOf,
  warningOf,
  withCharge,
} from '#lib/payment-provider/stripe/stripe-shapes.ts';

/**
 * Reads a charge with everything that Stripe knows: the captured amount, all refunds, disputes, early fraud
 * warnings and reviews, and the fee. Most charges need one request. Each kind that the charge reports, or
 * that a `thorough` look includes, needs one more. Undefined when there is no such charge.
 */
export async function stripeState(
  stripe: Stripe,
  ref: string,
  thorough: boolean,
): Promise<Charge | undefined> {
  const intent = await orMissing(() => stripe.paymentIntents.retrieve(ref, withCharge));
  if (!intent) return undefined;
  const charge = chargeOf(intent);
  const latest = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const taken = charge.status === 'succeeded';
  const [refunds, disputes, warnings, reviews] = await Promise.all([
    taken && (thorough || (latest?.amount_refunded ?? 0) > 0) ? readRefunds(stripe, ref) : [],
    taken && (thorough || latest?.disputed) ? readDisputes(stripe, ref) : [],
    taken && thorough ? readWarnings(stripe, charge, ref) : [],
    readReviews(stripe, charge, intent.review),
  ]);
  return { ...charge, refunds, disputes: [...disputes, ...warnings, ...reviews] };
}

/** More than any charge has. Further entries are not read. */
const limit = 100;

async function readRefunds(stripe: Stripe, ref: string): Promise<ProviderRefund[]> {
  const { data } = await stripe.refunds.list({ payment_intent: ref, limit });
  return data.map(refundOf);
}

async function readDisputes(stripe: Stripe, ref: string): Promise<ProviderDispute[]> {
  const { data } = await stripe.disputes.list({ payment_intent: ref, limit });
  return data.map(disputeOf);
}

async function readWarnings(stripe: Stripe, charge: Charge, ref: string): Promise<ProviderDispute[]> {
  const { data } = await stripe.radar.earlyFraudWarnings.list({ payment_intent: ref, limit });
  return data.map((warning) => warningOf(warning, charge));
}

async function readReviews(
  stripe: Stripe,
  charge: Charge,
  review: string | Stripe.Review | null,
): Promise<ProviderDispute[]> {
  if (!review) return [];
  const found = await stripe.reviews.retrieve(typeof review === 'string' ? review : review.id);
  return [reviewOf(found, charge)];
}

async function orMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError && error.statusCode === 404) return undefined;
    throw error;
  }
}
