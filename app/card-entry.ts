import type { CardEntry } from '#components/payment/card-entry.ts';
import { env } from '#lib/platform/env.ts';

/** Keys of Stripe's test mode, and of the test till: nothing that is paid with them moves money. */
const testKey = /^(sk|rk)_test_/;

/** Whether every payment here is play: a page must not let anybody believe otherwise. */
export function isTestMode(): boolean {
  return testKey.test(env().STRIPE_SECRET_KEY ?? '');
}

/**
 * How cards are given on the shop's own pages. Undefined where they can't be: a shop whose secret key
 * is for real money needs the publishable key, too. Programs may pay by card there all the same.
 */
export function cardEntry(): CardEntry | undefined {
  const { STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY } = env();
  if (!STRIPE_SECRET_KEY) return undefined;
  if (STRIPE_PUBLISHABLE_KEY) return { kind: 'element', publishableKey: STRIPE_PUBLISHABLE_KEY };
  return isTestMode() ? { kind: 'test_cards' } : undefined;
}
