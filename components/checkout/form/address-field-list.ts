import { type CheckoutField, emailField } from '#components/checkout/form/checkout-fields.ts';
import {
  type FieldWords,
  layoutOf,
  missingFieldMessage,
  type TownField,
} from '#lib/shipping/address-layout.ts';

export const nameField: CheckoutField = {
  name: 'shippingAddress.name',
  label: 'Full name',
  missing: 'Enter the name on the parcel.',
  input: { autoComplete: 'shipping name', maxLength: 100, spellCheck: false },
};

const streetFields: CheckoutField[] = [
  {
    name: 'shippingAddress.line1',
    label: 'Street and number',
    missing: 'Enter the street and number.',
    input: { autoComplete: 'shipping address-line1', maxLength: 200 },
  },
  {
    name: 'shippingAddress.line2',
    label: 'Apartment, floor, company',
    optional: true,
    missing: '',
    input: { autoComplete: 'shipping address-line2', maxLength: 200 },
  },
];

const townInputs: Record<TownField, CheckoutField['input']> = {
  city: { autoComplete: 'shipping address-level2', maxLength: 100 },
  region: { autoComplete: 'shipping address-level1', maxLength: 100 },
  postalCode: { autoComplete: 'shipping postal-code', maxLength: 20, spellCheck: false },
};

/** Returns the fields below the country, as addresses of that country have them. */
export function addressFieldsOf(country: string): CheckoutField[] {
  const layout = layoutOf(country);
  return [
    ...streetFields,
    // The last two fields share a row.
    ...layout.order.map((field, index, { length }) =>
      townField(field, layout[field], length > 1 && index >= length - 2),
    ),
  ];
}

function townField(field: TownField, words: FieldWords, half: boolean): CheckoutField {
  return {
    name: `shippingAddress.${field}`,
    label: words.label,
    optional: !words.required,
    half,
    missing: `${missingFieldMessage(words)}.`.replace(/^./, (letter) => letter.toUpperCase()),
    input: townInputs[field],
  };
}

/** Returns the message for an empty field, in the terms of the chosen country. */
export function missingMessageOf(name: string, country: string): string | undefined {
  const fields = [emailField, nameField, ...addressFieldsOf(country)];
  return fields.find((field) => field.name === name)?.missing;
}
