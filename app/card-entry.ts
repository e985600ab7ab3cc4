import type { CardEntry } from '#components/payment/card-entry.ts';
import { env } from '#lib/platform/env.ts';

/** Matches keys of Stripe's test mode and of the payment simulator. Payments with them move no money. */
const testKey = /^(sk|rk)_test_/;

/** Whether the shop is in test mode. Pages must say so, so that shoppers don't expect a real payment. */
export function isTestMode(): boolean {
  return testKey.test(env().STRIPE_SECRET_KEY ?? '');
}

/**
 * Says how the shop's own pages accept cards. Undefined if they can't: a shop with a live secret key
 * also needs the publishable key. API clients may still pay by card there.
 */
export function cardEntry(): CardEntry | undefined {
  const { STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY } = env();
  if (!STRIPE_SECRET_KEY) return undefined;
  if (STRIPE_PUBLISHABLE_KEY) return { kind: 'element', publishableKey: STRIPE_PUBLISHABLE_KEY };
  return isTestMode() ? { kind: 'test_cards' } : undefined;
}
