import { testCards } from '#components/payment/test-cards.ts';
import { RadioCard, RadioCards } from '#components/ui/form/radio-card.tsx';

/** The payment simulator's test cards. A card is its token, so the choice is a plain form field. */
export function TestCardChoice({
  name,
  chosen,
  error,
}: {
  /** The field's name, and the id of its first choice. */
  name: string;
  /** The previously chosen token. */
  chosen?: string | undefined;
  error?: string | undefined;
}) {
  const known = testCards.find(({ token }) => token === chosen) ?? testCards[0];
  return (
    <RadioCards legend="Choose a test card" error={error} className="sm:grid-cols-2">
      {testCards.map((card, index) => (
        <RadioCard
          key={card.token}
          id={index === 0 ? name : undefined}
          name={name}
          value={card.token}
          defaultChecked={card === known}
          title={card.title}
          note={card.note}
          required
        />
      ))}
    </RadioCards>
  );
}
