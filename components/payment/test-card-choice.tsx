import { testCards } from '#components/payment/test-cards.ts';
import { SelectField } from '#components/ui/form/field.tsx';

/** The payment simulator's test cards. A card is its token, so the choice is a plain form field. */
export function TestCardChoice({
  name,
  chosen,
  error,
}: {
  /** The field's name. */
  name: string;
  /** The previously chosen token. */
  chosen?: string | undefined;
  error?: string | undefined;
}) {
  const known = testCards.find(({ token }) => token === chosen) ?? testCards[0];
  return (
    <SelectField
      name={name}
      label="Test card"
      hint="Choose an outcome. No card number is asked for, and no real money moves."
      defaultValue={known.token}
      error={error}
    >
      {testCards.map(({ token, title, note }) => (
        <option key={token} value={token}>
          {title}: {note}
        </option>
      ))}
    </SelectField>
  );
}
