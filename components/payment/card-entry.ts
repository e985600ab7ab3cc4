/**
 * How a shopper enters a card. With the payment simulator they choose a test card. With a provider's
 * publishable key they use the provider's form, and this shop never sees a card number.
 */
export type CardEntry = { kind: 'test_cards' } | { kind: 'element'; publishableKey: string };

/** The amount to pay by card, in minor units. The provider's form shows it to the shopper's bank. */
export interface CardAmount {
  amountMinor: number;
  currency: string;
}
