import {
  addressFields,
  type CheckoutField,
  countryFieldName,
  emailField,
  nameField,
} from '#components/checkout/checkout-fields.ts';
import { SelectField, TextField } from '#components/ui/field.tsx';
import { countryCodes, countryName } from '#lib/checkout/quote.ts';

interface FieldsProps {
  /** What was typed before, by field name. */
  values: Record<string, string>;
  /** A sentence for each field that is wrong. */
  errors: Record<string, string | undefined>;
}

export function ContactFields(props: FieldsProps) {
  return <CheckoutTextField field={emailField} {...props} />;
}

/** Everything a parcel needs. The country comes early, because delivery and tax follow from it. */
export function AddressFields({ country, ...props }: FieldsProps & { country: string }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <CheckoutTextField field={nameField} {...props} />
      <SelectField
        name={countryFieldName}
        label="Country"
        autoComplete="shipping country"
        defaultValue={country}
        error={props.errors[countryFieldName]}
        className="sm:col-span-2"
      >
        {countryCodes.map((code) => (
          <option key={code} value={code}>
            {countryName(code)}
          </option>
        ))}
      </SelectField>
      {addressFields.map((field) => (
        <CheckoutTextField key={field.name} field={field} {...props} />
      ))}
    </div>
  );
}

function CheckoutTextField({ field, values, errors }: FieldsProps & { field: CheckoutField }) {
  const { name, label, hint, optional, half, input } = field;
  return (
    <TextField
      {...input}
      name={name}
      label={label}
      hint={hint}
      optional={optional}
      enterKeyHint="next"
      defaultValue={values[name]}
      error={errors[name]}
      className={half ? undefined : 'sm:col-span-2'}
    />
  );
}
