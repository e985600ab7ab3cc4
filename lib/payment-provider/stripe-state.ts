import Stripe from 'stripe';
import type { Charge, ProviderDispute, ProviderRefund } from '#lib/payment-provider/provider.ts';
import { chargeOf, disputeOf, refundOf, reviewOf, warningOf } from '#lib/payment-provider/stripe-shapes.ts';

/**
 * A charge with all that Stripe knows of it: what was taken, every refund, every dispute, early fraud
 * warning and review, the fee. One request for most charges; one more for each thing that the charge
 * says there is, or that is looked for because the look is a `thorough` one.
 */
export async function stripeState(
  stripe: Stripe,
  ref: string,
  thorough: boolean,
): Promise<Charge | undefined> {
  const intent = await orMissing(() =>
    stripe.paymentIntents.retrieve(ref, { expand: ['latest_charge.balance_transaction'] }),
  );
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

/** More of them than any charge has; what is beyond is not seen. */
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
