import {
  cardFieldName,
  countryFieldName,
  paymentMethodFieldName,
} from '#components/checkout/form/checkout-fields.ts';
import { missingMessageOf } from '#components/checkout/form/text-fields.ts';
import type { SubmissionBody } from '#components/checkout/submission/submission-client.ts';
import type { Problem } from '#components/checkout/submission/submission-machine.ts';
import { nestFields } from '#lib/checkout/checkout-fields.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

type FieldError = NonNullable<Problem['fields']>[number];

/**
 * Returns the body of the order request. The typed values come from the form. The purchase comes from
 * the quote that the page shows, never from the hidden inputs: a browser may have restored older values
 * into them.
 */
export function bodyOf(form: FormData, quote: CheckoutQuote): SubmissionBody {
  const text = (name: string) => String(form.get(name) ?? '');
  return {
    submitToken: quote.submitToken,
    cartId: quote.cartId,
    cartVersion: quote.cartVersion,
    totalMinor: quote.totalMinor,
    currency: quote.currency,
    ...nestFields(text),
    payment: paymentOf(text),
    ...(form.get('confirmDuplicate') === 'true' ? { confirmDuplicate: true } : {}),
  };
}

/** Sends the token with a card only: a form has a test card preselected even for an invoice. */
function paymentOf(text: (name: string) => string): Record<string, string> {
  const method = text(paymentMethodFieldName);
  return method === 'card' ? { method, token: text(cardFieldName) } : { method };
}

/** Returns the text fields that are not empty. */
export function typedIn(form: HTMLFormElement): Record<string, string> {
  const typed = textInputsOf(form).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries(typed.filter(([, value]) => value !== ''));
}

/** Fills the text fields that are empty. */
export function fillIn(form: HTMLFormElement, values: Record<string, string>): void {
  for (const input of textInputsOf(form)) {
    if (input.value === '') input.value = values[input.name] ?? '';
  }
}

function textInputsOf(form: HTMLFormElement): HTMLInputElement[] {
  return Array.from(form.elements).filter(isTextInput);
}

/** Whether this is a field in which the shopper types. */
export function isTextInput(element: EventTarget): element is HTMLInputElement {
  if (!(element instanceof HTMLInputElement)) return false;
  // The provider's card form adds inputs without a name.
  return element.name !== '' && (element.type === 'text' || element.type === 'email');
}

/**
 * Finds errors that the browser can detect without the server: empty fields and invalid email
 * addresses.
 */
export function fieldErrorsOf(form: HTMLFormElement): FieldError[] {
  return textInputsOf(form)
    .map((input) => ({ path: input.name, message: fieldErrorOf(input, form) }))
    .filter((error): error is FieldError => error.message !== undefined);
}

/** The same for one text field. */
export function fieldErrorOf(input: HTMLInputElement, form: HTMLFormElement): string | undefined {
  const country = String(new FormData(form).get(countryFieldName));
  if (input.value.trim() === '') return input.required ? missingMessageOf(input.name, country) : undefined;
  if (input.validity.valid) return undefined;
  return input.type === 'email' ? 'Enter an email address like name@example.com.' : input.validationMessage;
}

/** Turns a message of the server's schema, which continues a field's name, into a sentence. */
export function sentenceOf(message: string): string {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
