import { type PublicDeclineCode, publicDeclineCode } from '#lib/payment-provider/public-decline-code.ts';

/** Why a card was refused, for the shopper: only reasons that they can act on. */
const sentences: Record<PublicDeclineCode, string> = {
  insufficient_funds: 'The card was declined: there is not enough money on it.',
  expired_card: 'The card was declined: it has expired.',
  incorrect_cvc: 'The card was declined: the security code is not right.',
  incorrect_number: 'The card was declined: the number is not right.',
  processing_error: 'The bank could not process the card.',
  authentication_required: 'The bank asked for a confirmation that it did not get.',
  card_declined: 'The card was declined.',
};

export function declineSentence(declineCode: string | null | undefined): string {
  return sentences[publicDeclineCode(declineCode)];
}
