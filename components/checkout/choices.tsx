import { Fragment, type ReactNode } from 'react';
import { RadioCard, RadioCards } from '#components/ui/radio-card.tsx';
import { formatMoney } from '#lib/platform/money.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

/** The methods that reach the chosen country, each with its price. */
export function DeliveryMethods({
  quote,
  chosen,
  error,
}: {
  quote: CheckoutQuote;
  chosen: string;
  error?: string | undefined;
}) {
  return (
    <RadioCards legend={<span className="sr-only">Delivery method</span>} error={error}>
      {quote.shippingMethods.map(({ id, label, priceMinor }) => {
        const [name, ...time] = label.split(', ');
        return (
          <RadioCard
            key={id}
            name="shippingMethod"
            value={id}
            defaultChecked={id === chosen}
            required
            title={name}
            note={time.join(', ')}
            aside={priceMinor === 0 ? 'Free' : formatMoney(priceMinor, quote.currency)}
          />
        );
      })}
    </RadioCards>
  );
}

/**
 * How to pay. What a method needs to know stands under it, shown by style alone while the method is
 * chosen: so it works before the script is there, and without one.
 */
export function PaymentMethods({
  quote,
  chosen,
  error,
  card,
}: {
  quote: CheckoutQuote;
  /** The method that was chosen before. */
  chosen: string | undefined;
  error?: string | undefined;
  /** Where the card is given; without it there is no paying by card on this page. */
  card: ReactNode;
}) {
  const paymentMethods = quote.paymentMethods.filter(({ id }) => id !== 'card' || card);
  const known = paymentMethods.find(({ id }) => id === chosen) ?? paymentMethods[0];
  if (paymentMethods.length === 0) {
    return (
      <p className="rounded-md bg-well p-4">
        No way of paying is offered for this total. Your cart is kept; please order less.
      </p>
    );
  }
  return (
    <RadioCards legend={<span className="sr-only">Payment</span>} error={error}>
      {paymentMethods.map((method) => {
        const [name, ...terms] = method.label.split(': ');
        const note = terms.join(': ');
        return (
          <Fragment key={method.id}>
            <RadioCard
              name="payment.method"
              value={method.id}
              defaultChecked={method === known}
              required
              title={name}
              note={note.charAt(0).toUpperCase() + note.slice(1)}
            />
            {method.id === 'card' ? (
              <div className="hidden rounded-md bg-well p-4 group-has-[[value=card]:checked]/checkout:block">
                {card}
              </div>
            ) : null}
          </Fragment>
        );
      })}
    </RadioCards>
  );
}
