/**
 * How a shopper gives a card. At the test till they choose one of its cards; at a shop with a
 * provider's publishable key the provider's own form takes it, and this shop never sees a number.
 */
export type CardEntry = { kind: 'test_cards' } | { kind: 'element'; publishableKey: string };

/** What is to be paid by card, in minor units: the provider's form says so to the shopper's bank. */
export interface CardAmount {
  amountMinor: number;
  currency: string;
}
