import type { Ref } from 'react';
import { CardElement, type CardElementHandle } from '#components/payment/card-element.tsx';
import type { CardAmount, CardEntry } from '#components/payment/card-entry.ts';
import { TestCardChoice } from '#components/payment/test-card-choice.tsx';

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
      </div>
    </>
  );
}
