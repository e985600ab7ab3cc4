/**
 * The decline codes that shoppers and API clients may see: only those that the cardholder can act on. They
 * tell a card tester nothing more, not even that a card is known as stolen.
 * https://docs.stripe.com/declines/codes asks for this.
 */
export const publicDeclineCodes = [
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'processing_error',
  'authentication_required',
  'card_declined',
] as const;

export type PublicDeclineCode = (typeof publicDeclineCodes)[number];

/** Other provider codes with the same meaning. */
const aliases: Record<string, PublicDeclineCode> = {
  invalid_cvc: 'incorrect_cvc',
  invalid_number: 'incorrect_number',
  payment_intent_authentication_failure: 'authentication_required',
};

/** The provider's code, if it is in the public set or an alias; otherwise `card_declined`. */
export function publicDeclineCode(raw: string | null | undefined): PublicDeclineCode {
  const known = publicDeclineCodes.find((code) => code === raw);
  return known ?? (Object.hasOwn(aliases, raw ?? '') ? aliases[raw ?? ''] : undefined) ?? 'card_declined';
}
