/**
 * Why a card was refused, as far as a shopper and their programs are told: only what the cardholder
 * can act on. A thief who tests cards learns nothing else, not even that a card is known as stolen.
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

/** Other names that the provider has for the same. */
const aliases: Record<string, PublicDeclineCode> = {
  invalid_cvc: 'incorrect_cvc',
  invalid_number: 'incorrect_number',
  payment_intent_authentication_failure: 'authentication_required',
};

/** The provider's own code in the public set; `card_declined` for everything that is not in it. */
export function publicDeclineCode(raw: string | null | undefined): PublicDeclineCode {
  const known = publicDeclineCodes.find((code) => code === raw);
  return known ?? (Object.hasOwn(aliases, raw ?? '') ? aliases[raw ?? ''] : undefined) ?? 'card_declined';
}
