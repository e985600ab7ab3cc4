import type { PaymentProvider } from '#lib/payment-provider/provider.ts';
import { env } from '#lib/platform/env.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * The process's payment provider, loaded when the first card payment needs it. Call it only when a provider
 * is configured. Throws an `Error` without STRIPE_SECRET_KEY.
 */
export function paymentProvider(): Promise<PaymentProvider> {
  return processWide('paymentProvider', async () => {
    const { STRIPE_SECRET_KEY, STRIPE_API_BASE, STRIPE_WEBHOOK_SECRET, PAYMENT_CAPTURE } = env();
    if (!STRIPE_SECRET_KEY) {
      throw new Error('STRIPE_SECRET_KEY is not set, and there is a card payment to be asked about');
    }
    const { stripeProvider } = await import('#lib/payment-provider/stripe/stripe.ts');
    return stripeProvider({
      secretKey: STRIPE_SECRET_KEY,
      apiBase: STRIPE_API_BASE,
      webhookSecrets: STRIPE_WEBHOOK_SECRET,
      capture: PAYMENT_CAPTURE,
    });
  });
}
