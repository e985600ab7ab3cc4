import type { ComponentProps } from 'react';
import { type CheckoutFieldName, findCheckoutField } from '#lib/checkout/checkout-fields.ts';
import type { AddressFieldName } from '#lib/shipping/address-fields.ts';
import {
  type FieldWords,
  layoutOf,
  missingFieldMessage,
  type TownField,
} from '#lib/shipping/address-layout.ts';

/** A text field of the checkout, as the form shows it. */
export interface TextFieldProps {
  name: CheckoutFieldName;
  label: string;
  optional?: boolean;
  hint?: string;
  /** Half a row wide if the screen has room. */
  half?: boolean;
  /** The message beside an empty field. */
  missing?: string | undefined;
  input: ComponentProps<'input'>;
}

export const emailField = textField('email', {
  hint: 'So that we can reach you about this order.',
  input: { type: 'email', inputMode: 'email', autoComplete: 'email', spellCheck: false },
});

export const nameField = addressField('name', {
  input: { autoComplete: 'shipping name', spellCheck: false },
});

const streetFields = [
  addressField('line1', { input: { autoComplete: 'shipping address-line1' } }),
  addressField('line2', { optional: true, input: { autoComplete: 'shipping address-line2' } }),
];

const townInputs: Record<TownField, ComponentProps<'input'>> = {
  city: { autoComplete: 'shipping address-level2' },
  region: { autoComplete: 'shipping address-level1' },
  postalCode: { autoComplete: 'shipping postal-code', spellCheck: false },
};

/** Returns the fields below the country, as addresses of that country have them. */
export function addressFieldsOf(country: string): TextFieldProps[] {
  const layout = layoutOf(country);
  return [
    ...streetFields,
    // The last two fields share a row.
    ...layout.order.map((field, index, { length }) =>
      townField(field, layout[field], length > 1 && index >= length - 2),
    ),
  ];
}

/** Returns the message for an empty field, in the terms of the chosen country. */
export function missingMessageOf(name: string, country: string): string | undefined {
  const fields = [emailField, nameField, ...addressFieldsOf(country)];
  return fields.find((field) => field.name === name)?.missing;
}

function townField(field: TownField, words: FieldWords, half: boolean): TextFieldProps {
  return addressField(field, {
    label: words.label,
    optional: !words.required,
    half,
    missing: missingFieldMessage(words),
    input: townInputs[field],
  });
}

type Shown = Pick<TextFieldProps, 'input'> & Partial<TextFieldProps>;

function addressField(name: AddressFieldName, shown: Shown): TextFieldProps {
  return textField(`shippingAddress.${name}`, shown);
}

function textField(name: CheckoutFieldName, { input, ...shown }: Shown): TextFieldProps {
  const { label = name, missing, maxLength } = findCheckoutField(name) ?? {};
  return { name, label, missing, ...shown, input: { maxLength, ...input } };
}
