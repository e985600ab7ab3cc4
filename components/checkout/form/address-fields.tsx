'use client';

import { useEffect, useRef, useState } from 'react';
import { countryFieldName, labelOf } from '#components/checkout/form/checkout-fields.ts';
import { CheckoutTextField, type FieldsProps } from '#components/checkout/form/delivery-fields.tsx';
import { addressFieldsOf, nameField } from '#components/checkout/form/text-fields.ts';
import { SelectField } from '#components/ui/form/field.tsx';
import type { Country } from '#lib/shipping/country-name.ts';

/**
 * The fields of a shipping address. The country comes early, because the other fields, shipping and tax
 * depend on it. Without JavaScript they change when the totals are updated.
 */
export function AddressFields({
  country: given,
  countries,
  ...props
}: FieldsProps & { country: string; countries: readonly Country[] }) {
  const select = useRef<HTMLSelectElement>(null);
  const [country, setCountry] = useState(given);

  useEffect(() => {
    // The browser may have restored a choice, or the shopper chose before the script loaded.
    if (select.current) setCountry(select.current.value);
  }, []);

  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <CheckoutTextField field={nameField} {...props} />
      <SelectField
        ref={select}
        name={countryFieldName}
        label={labelOf(countryFieldName)}
        autoComplete="shipping country"
        defaultValue={given}
        onChange={(event) => setCountry(event.target.value)}
        error={props.errors[countryFieldName]}
        className="sm:col-span-2"
      >
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
      {addressFieldsOf(country).map((field) => (
        <CheckoutTextField key={field.name} field={field} {...props} />
      ))}
    </div>
  );
}
