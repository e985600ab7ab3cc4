import { type AddressField, type AddressFieldName, addressFields } from '#lib/shipping/address-fields.ts';

/**
 * The checkout's fields that a person fills in or chooses, by the names of the form, in its order. The form,
 * the request's body, the draft and the messages about fields derive from this list. Pure, so that pages can
 * use it.
 */

/** A field of an address has a dotted name in the form: `shippingAddress.city`. */
type FormName<Name extends AddressFieldName> = `shippingAddress.${Name}`;
export type CheckoutFieldName =
  | 'email'
  | FormName<AddressFieldName>
  | 'shippingMethod'
  | 'payment.method'
  | 'payment.token';

interface CheckoutField extends AddressField {
  name: CheckoutFieldName;
}

export const checkoutFields: readonly CheckoutField[] = [
  { name: 'email', label: 'Email', missing: 'enter your email address', maxLength: 254 },
  ...Object.entries(addressFields).map(([name, field]) => ({
    ...field,
    name: `shippingAddress.${name as AddressFieldName}` as const,
  })),
  { name: 'shippingMethod', label: 'Delivery method' },
  { name: 'payment.method', label: 'Payment' },
  { name: 'payment.token', label: 'Card' },
];

const byName = new Map<string, CheckoutField>(checkoutFields.map((field) => [field.name, field]));

/** Undefined for any other name, such as one of a hidden input. */
export const findCheckoutField = (name: string): CheckoutField | undefined => byName.get(name);

/** The fields as the JSON body nests them: the part after a dot belongs to the object before it. */
export function nestFields<Value>(read: (name: CheckoutFieldName) => Value) {
  const nested: Record<string, Value | Record<string, Value>> = {};
  for (const { name } of checkoutFields) {
    const [group = '', part] = name.split('.');
    if (part === undefined) nested[group] = read(name);
    else nested[group] = { ...(nested[group] as Record<string, Value>), [part]: read(name) };
  }
  return nested;
}
