import type Stripe from 'stripe';
import { expect } from 'vitest';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** A payment simulator, and calls to it through the official client. */

export const simulator = await openSimulator();

export const stripe = stripeFor(simulator.url);

export const order = (paymentMethod: string, rest: Partial<Stripe.PaymentIntentCreateParams> = {}) => ({
  amount: 4_599,
  currency: 'usd',
  confirm: true,
  payment_method: paymentMethod,
  allowed_payment_method_types: ['card'],
  return_url: 'https://shop.test/orders/1',
  metadata: { order_id: 'order-1', attempt: '1' },
  ...rest,
});

export const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was not refused'),
    (error: Stripe.errors.StripeError) => error,
  );
