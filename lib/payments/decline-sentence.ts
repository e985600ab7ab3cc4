/**
 * Why a card was refused, for the shopper: what they can do something about. Everything else,
 * suspicion above all, is "declined" and no more, as providers ask.
 */
const sentences: Record<string, string> = {
  insufficient_funds: 'The card was declined: there is not enough money on it.',
  expired_card: 'The card was declined: it has expired.',
  incorrect_cvc: 'The card was declined: the security code is not right.',
  incorrect_number: 'The card was declined: the number is not right.',
  processing_error: 'The bank could not process the card.',
  authentication_required: 'The bank asks for a confirmation that was not given.',
  payment_intent_authentication_failure: 'The confirmation with the bank did not succeed.',
};

export function declineSentence(declineCode: string | null | undefined): string {
  return sentences[declineCode ?? ''] ?? 'The card was declined.';
}
