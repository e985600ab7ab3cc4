/**
 * How a shopper enters a card. With the payment simulator they choose a test card. With a provider's
 * publishable key they use the provider's form, and this shop never sees a card number.
 */
export type CardEntry =
  | { kind: 'test_cards'; express?: readonly ExpressMethod[] }
  | { kind: 'element'; publishableKey: string; express?: readonly ExpressMethod[] };

/**
 * A wallet that knows the shopper's card and address. The provider draws its button, above the form. A card
 * entry without `express` offers none.
 */
export type ExpressMethod = 'apple_pay' | 'google_pay' | 'link';

/** The amount to pay by card, in minor units. The provider's form shows it to the shopper's bank. */
export interface CardAmount {
  amountMinor: number;
  currency: string;
}
