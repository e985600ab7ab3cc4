import { emailField, type TextFieldProps } from '#components/checkout/form/text-fields.ts';
import { TextField } from '#components/ui/form/field.tsx';

export interface FieldsProps {
  /** The previously typed values, by field name. */
  values: Record<string, string>;
  /** A sentence for each invalid field. */
  errors: Record<string, string | undefined>;
}

export function ContactFields(props: FieldsProps) {
  return <CheckoutTextField field={emailField} {...props} />;
}

export function CheckoutTextField({ field, values, errors }: FieldsProps & { field: TextFieldProps }) {
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
