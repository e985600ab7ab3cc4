export type CardBrand = 'visa' | 'mastercard' | 'amex';

/**
 * The test cards of the payment simulator, with Stripe's names for them (the payment's token): one that
 * pays, one that the bank asks about, and one for each reason to be declined.
 */
export interface TestCard {
  token: string;
  brand: CardBrand;
  title: string;
  /** The outcome of a payment with it. */
  note: string;
}

export const testCards: [TestCard, ...TestCard[]] = [
  { token: 'pm_card_visa', brand: 'visa', title: 'Visa ending in 4242', note: 'pays immediately' },
  {
    token: 'pm_card_mastercard',
    brand: 'mastercard',
    title: 'Mastercard ending in 4444',
    note: 'pays immediately',
  },
  {
    token: 'pm_card_amex',
    brand: 'amex',
    title: 'American Express ending in 0005',
    note: 'pays immediately',
  },
  {
    token: 'pm_card_authenticationRequired',
    brand: 'visa',
    title: 'Visa ending in 3184',
    note: 'the bank asks first (3-D Secure)',
  },
  { token: 'pm_card_chargeDeclined', brand: 'visa', title: 'Visa ending in 0002', note: 'declined' },
  {
    token: 'pm_card_chargeDeclinedInsufficientFunds',
    brand: 'visa',
    title: 'Visa ending in 9995',
    note: 'declined, insufficient funds',
  },
  {
    token: 'pm_card_chargeDeclinedExpiredCard',
    brand: 'visa',
    title: 'Visa ending in 0069',
    note: 'declined, the card has expired',
  },
  {
    token: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    brand: 'visa',
    title: 'Visa ending in 3178',
    note: 'the bank asks first, then declines',
  },
];
