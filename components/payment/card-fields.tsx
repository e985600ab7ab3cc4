import type { Ref } from 'react';
import { CardElement, type CardElementHandle } from '#components/payment/card-element.tsx';
import type { CardAmount, CardEntry } from '#components/payment/card-entry.ts';
import { TestCardChoice } from '#components/payment/test-card-choice.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { lock } from '#components/ui/icon-paths.ts';

/** The card's input: a choice of the payment simulator's test cards, or the provider's form. */
export function CardFields({
  entry,
  amount,
  name,
  chosen,
  error,
  withoutScript,
  ref,
}: {
  entry: CardEntry;
  amount: CardAmount;
  /** The name of the field with the token. */
  name: string;
  chosen?: string | undefined;
  error?: string | undefined;
  /** What to do without JavaScript, which the provider's form needs. */
  withoutScript: string;
  ref: Ref<CardElementHandle>;
}) {
  if (entry.kind === 'test_cards') return <TestCardChoice name={name} chosen={chosen} error={error} />;
  return (
    <>
      <noscript>
        <p className="font-medium">Paying by card needs JavaScript. {withoutScript}</p>
      </noscript>
      <div className="noscript:hidden">
        <CardElement ref={ref} publishableKey={entry.publishableKey} amount={amount} error={error} />
        <p className="mt-3 flex gap-2 text-sm text-muted">
          <Icon path={lock} className="mt-0.5 size-4 shrink-0" />
          Your card details go straight to Stripe over an encrypted connection. This shop never sees them.
        </p>
      </div>
    </>
  );
}
