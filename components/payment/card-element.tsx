'use client';

import type { Stripe, StripeElements } from '@stripe/stripe-js';
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from 'react';
import type { CardAmount } from '#components/payment/card-entry.ts';
import { elementAppearance } from '#components/payment/element-appearance.ts';
import { Button } from '#components/ui/form/button.tsx';

/** The provider's answer about the card: the id of the payment method, or why there is none. */
export type CardAnswer = { token: string } | { problem: string };

export interface CardElementHandle {
  /** Never throws, and answers within `answerWithinMs`. */
  token: () => Promise<CardAnswer>;
}

/** A slow bank or network must not keep the shopper waiting before a locked button. */
const answerWithinMs = 30_000;

const notLoaded = 'The card form could not be loaded. Check your connection, or choose another way to pay.';
const notAnswered = 'The card could not be checked just now. Nothing was charged; please try again.';

/**
 * Stripe's Payment Element. It runs in the provider's frame, so a card number never reaches this page.
 * The page gets only an id of the payment method, created when the shopper presses the button.
 */
export function CardElement(props: Omit<FrameProps, 'onRetry'>) {
  const [tries, setTries] = useState(0);
  return <ElementFrame key={tries} {...props} onRetry={() => setTries(tries + 1)} />;
}

interface FrameProps {
  publishableKey: string;
  amount: CardAmount;
  error?: string | undefined;
  ref: Ref<CardElementHandle>;
  onRetry: () => void;
}

function ElementFrame({
  publishableKey,
  amount: { amountMinor, currency },
  error,
  ref,
  onRetry,
}: FrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const form = useRef<{ stripe: Stripe; elements: StripeElements }>(undefined);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');

  const mount = useEffectEvent(async (into: HTMLElement, signal: AbortSignal) => {
    try {
      const { loadStripe } = await import('@stripe/stripe-js/pure');
      const stripe = await loadStripe(publishableKey);
      if (!stripe || signal.aborted) return;
      const elements = stripe.elements({
        mode: 'payment',
        amount: amountMinor,
        currency: currency.toLowerCase(),
        paymentMethodCreation: 'manual',
        allowedPaymentMethodTypes: ['card'],
        appearance: elementAppearance(),
      });
      const element = elements.create('payment', { wallets: { applePay: 'never', googlePay: 'never' } });
      element.on('ready', () => setState('ready'));
      element.on('loaderror', () => setState('failed'));
      element.mount(into);
      form.current = { stripe, elements };
      signal.addEventListener('abort', () => element.destroy());
    } catch {
      if (!signal.aborted) setState('failed');
    }
  });

  useEffect(() => {
    if (!frame.current) return;
    const gone = new AbortController();
    mount(frame.current, gone.signal);
    return () => {
      gone.abort();
      form.current = undefined;
    };
  }, []);

  useEffect(() => {
    if (state === 'ready') form.current?.elements.update({ amount: amountMinor });
  }, [amountMinor, state]);

  useImperativeHandle(ref, () => ({
    token: async () => {
      if (!form.current) return { problem: notLoaded };
      return Promise.race([makeToken(form.current), tooLate()]);
    },
  }));

  return (
    // Can take the focus; from here Tab leads into the provider's frame.
    <div id="payment.token" tabIndex={-1} className="grid gap-2">
      <div ref={frame} className={state === 'failed' ? 'hidden' : 'min-h-11'} />
      {state === 'loading' ? <p className="text-muted">Loading the card form</p> : null}
      <div role="alert" className="empty:absolute">
        {state === 'failed' ? (
          <p className="text-bad">
            {notLoaded}{' '}
            <Button type="button" variant="quiet" size="inline" onClick={onRetry}>
              Load it again
            </Button>
          </p>
        ) : null}
      </div>
      {error ? <p className="text-sm font-medium text-bad">{error}</p> : null}
    </div>
  );
}

async function makeToken({
  stripe,
  elements,
}: {
  stripe: Stripe;
  elements: StripeElements;
}): Promise<CardAnswer> {
  try {
    // The provider's form shows its own errors beside its fields, in the shopper's language.
    const { error: invalid } = await elements.submit();
    if (invalid) return { problem: invalid.message ?? notAnswered };
    const { error, paymentMethod } = await stripe.createPaymentMethod({ elements });
    return paymentMethod ? { token: paymentMethod.id } : { problem: error.message ?? notAnswered };
  } catch {
    return { problem: notAnswered };
  }
}

const tooLate = (): Promise<CardAnswer> =>
  new Promise((resolve) => setTimeout(() => resolve({ problem: notAnswered }), answerWithinMs));
