import { RadioCard, RadioCards } from '#components/ui/radio-card.tsx';
import type { CheckoutQuote } from '#lib/checkout/schema.ts';
import { formatMoney } from '#lib/money.ts';

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

export function PaymentMethods({ quote, error }: { quote: CheckoutQuote; error?: string | undefined }) {
  return (
    <RadioCards legend={<span className="sr-only">Payment</span>} error={error}>
      {quote.paymentMethods.map(({ id, label }, index) => {
        const [name, ...terms] = label.split(': ');
        const note = terms.join(': ');
        return (
          <RadioCard
            key={id}
            name="payment.method"
            value={id}
            defaultChecked={index === 0}
            required
            title={name}
            note={note.charAt(0).toUpperCase() + note.slice(1)}
          />
        );
      })}
    </RadioCards>
  );
}
