import type { Ref } from 'react';
import { CardElement, type CardElementHandle } from '#components/payment/card-element.tsx';
import type { CardAmount, CardEntry } from '#components/payment/card-entry.ts';
import { TestCardChoice } from '#components/payment/test-card-choice.tsx';

/** Where the shopper gives their card: a choice of the test till's, or the provider's form. */
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
  /** The field that carries the token. */
  name: string;
  chosen?: string | undefined;
  error?: string | undefined;
  /** What to do where there is no JavaScript, which the provider's form needs. */
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
