/**
 * The test cards of the payment simulator, with Stripe's names for them (the payment's token): one that
 * pays, one that the bank asks about, and one for each reason to be declined.
 */
export interface TestCard {
  token: string;
  title: string;
  /** The outcome of a payment with it. */
  note: string;
}

export const testCards: [TestCard, ...TestCard[]] = [
  { token: 'pm_card_visa', title: 'Visa ending in 4242', note: 'Pays immediately.' },
  {
    token: 'pm_card_authenticationRequired',
    title: 'Visa ending in 3184',
    note: 'The bank asks first (3-D Secure).',
  },
  { token: 'pm_card_chargeDeclined', title: 'Visa ending in 0002', note: 'Declined.' },
  {
    token: 'pm_card_chargeDeclinedInsufficientFunds',
    title: 'Visa ending in 9995',
    note: 'Declined: insufficient funds.',
  },
  {
    token: 'pm_card_chargeDeclinedExpiredCard',
    title: 'Visa ending in 0069',
    note: 'Declined: the card has expired.',
  },
  {
    token: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    title: 'Visa ending in 3178',
    note: 'The bank asks first, then declines.',
  },
];
