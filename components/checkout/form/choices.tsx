import { Fragment, type ReactNode } from 'react';
import {
  paymentMethodFieldName,
  shippingMethodFieldName,
} from '#components/checkout/form/checkout-fields.ts';
import { RadioCard, RadioCards } from '#components/ui/form/radio-card.tsx';
import { formatMoney } from '#lib/platform/money.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import { methodName, methodTime } from '#lib/shipping/method-label.ts';

/** The shipping methods for the chosen country, each with its price. */
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
      {quote.shippingMethods.map(({ id, label, priceMinor }) => (
        <RadioCard
          key={id}
          name={shippingMethodFieldName}
          value={id}
          defaultChecked={id === chosen}
          required
          title={methodName(label)}
          note={methodTime(label)}
          aside={priceMinor === 0 ? 'Free' : formatMoney(priceMinor, quote.currency)}
        />
      ))}
    </RadioCards>
  );
}

/**
 * The payment methods. The details of a method appear below it while it is chosen. CSS alone shows
 * them, so they work before the script loads and without JavaScript.
 */
export function PaymentMethods({
  quote,
  chosen,
  error,
  card,
  brands,
}: {
  quote: CheckoutQuote;
  /** The previously chosen method. */
  chosen: string | undefined;
  error?: string | undefined;
  /** The card's input; without it, this page does not offer payment by card. */
  card: ReactNode;
  /** The marks of the accepted cards. */
  brands: ReactNode;
}) {
  const paymentMethods = quote.paymentMethods.filter(({ id }) => id !== 'card' || card);
  const known = paymentMethods.find(({ id }) => id === chosen) ?? paymentMethods[0];
  if (paymentMethods.length === 0) {
    return (
      <p className="rounded-md bg-well p-4">
        No payment method is available for this total. Your cart is kept. Please order less.
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
              name={paymentMethodFieldName}
              value={method.id}
              defaultChecked={method === known}
              required
              title={name}
              note={
                <>
                  {note.charAt(0).toUpperCase() + note.slice(1)}
                  {method.id === 'card' ? brands : null}
                </>
              }
            />
            {method.id === 'card' ? (
              <div className="hidden rounded-md border border-line bg-raised p-4 group-has-[[value=card]:checked]/checkout:block">
                {card}
              </div>
            ) : null}
          </Fragment>
        );
      })}
    </RadioCards>
  );
}
