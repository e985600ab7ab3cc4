import type { Decline } from './model.ts';

/** What happens when a payment method is charged. */
export type Behaviour =
  | { does: 'pay' }
  | { does: 'decline'; why: Decline }
  /** The shopper's bank asks first (3-D Secure). */
  | { does: 'ask'; next: Behaviour }
  /** Decided later, as with a bank debit. */
  | { does: 'take_time'; next: Behaviour };

export interface TestCard {
  type: 'card' | 'us_bank_account' | 'sepa_debit';
  brand: string;
  last4: string;
  behaviour: Behaviour;
  /**
   * How a refund ends. Undefined: it succeeds immediately. `pending`: it succeeds later. `fails`: it fails
   * later.
   */
  refund?: 'pending' | 'fails';
  /** The money is available immediately, not after two days. */
  bypassesPending?: true;
}

const pay: Behaviour = { does: 'pay' };
const declined = (declineCode: string, message = 'Your card was declined.'): Behaviour => ({
  does: 'decline',
  why: { code: 'card_declined', declineCode, message },
});
const refused = (code: string, message: string): Behaviour => ({ does: 'decline', why: { code, message } });
const insufficient = declined('insufficient_funds', 'Your card has insufficient funds.');
const accountClosed = refused('account_closed', "The customer's bank account has been closed.");
const ask = (next: Behaviour): Behaviour => ({ does: 'ask', next });
const card = (brand: string, last4: string, behaviour: Behaviour, refund?: TestCard['refund']): TestCard => ({
  type: 'card',
  brand,
  last4,
  behaviour,
  refund,
});
const visa = (last4: string, behaviour: Behaviour, refund?: TestCard['refund']) =>
  card('visa', last4, behaviour, refund);
/** A debit: the bank's answer takes days. */
const debit = (type: TestCard['type'], last4: string, next: Behaviour): TestCard => ({
  type,
  brand: type === 'sepa_debit' ? 'DE' : 'STRIPE TEST BANK',
  last4,
  behaviour: { does: 'take_time', next },
});

/** Stripe's test payment methods (docs.stripe.com/testing) that a shop for cards can use. */
const cards: Record<string, TestCard> = {
  pm_card_visa: visa('4242', pay),
  pm_card_visa_debit: visa('5556', pay),
  pm_card_mastercard: card('mastercard', '4444', pay),
  pm_card_mastercard_debit: card('mastercard', '8210', pay),
  pm_card_mastercard_prepaid: card('mastercard', '5100', pay),
  pm_card_amex: card('amex', '0005', pay),
  pm_card_discover: card('discover', '1117', pay),
  pm_card_diners: card('diners', '0004', pay),
  pm_card_jcb: card('jcb', '0505', pay),
  pm_card_unionpay: card('unionpay', '0005', pay),
  pm_card_bypassPending: { ...visa('0077', pay), bypassesPending: true },

  pm_card_chargeDeclined: visa('0002', declined('generic_decline')),
  pm_card_chargeDeclinedInsufficientFunds: visa('9995', insufficient),
  pm_card_chargeDeclinedLostCard: visa('9987', declined('lost_card')),
  pm_card_chargeDeclinedStolenCard: visa('9979', declined('stolen_card')),
  pm_card_chargeDeclinedFraudulent: visa('0019', declined('fraudulent')),
  pm_card_chargeDeclinedVelocityLimitExceeded: visa(
    '6975',
    declined(
      'card_velocity_exceeded',
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    ),
  ),
  pm_card_chargeDeclinedExpiredCard: visa('0069', refused('expired_card', 'Your card has expired.')),
  pm_card_chargeDeclinedIncorrectCvc: visa(
    '0127',
    refused('incorrect_cvc', "Your card's security code is incorrect."),
  ),
  pm_card_chargeDeclinedProcessingError: visa(
    '0119',
    refused('processing_error', 'An error occurred while processing your card. Try again in a little bit.'),
  ),

  pm_card_authenticationRequired: visa('3184', ask(pay)),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: visa('3178', ask(insufficient)),
  pm_card_threeDSecure2Required: visa('3220', ask(pay)),
  pm_card_threeDSecureRequired: visa('3063', ask(pay)),
  pm_card_threeDSecureRequiredChargeDeclined: visa('1629', ask(declined('generic_decline'))),
  pm_card_threeDSecureRequiredProcessingError: visa('1280', declined('generic_decline')),
  pm_card_threeDSecureOptional: visa('3055', pay),
  pm_card_amex_threeDSecureNotSupported: card('amex', '0005', pay),

  pm_card_pendingRefund: visa('7726', pay, 'pending'),
  pm_card_refundFail: visa('5126', pay, 'fails'),

  pm_usBankAccount_success: debit('us_bank_account', '6789', pay),
  pm_usBankAccount_insufficientFunds: debit('us_bank_account', '2227', insufficient),
  pm_usBankAccount_accountClosed: debit('us_bank_account', '1113', accountClosed),
  pm_sepaDebit_success: debit('sepa_debit', '3201', pay),
  pm_sepaDebit_insufficientFunds: debit('sepa_debit', '2227', insufficient),
};

/**
 * Returns the test card of a payment method id, or undefined for a name that Stripe doesn't have. Stripe's
 * documentation has two names for the declining ones: `pm_card_chargeDeclined…` and
 * `pm_card_visa_chargeDeclined…`.
 */
export function testCard(paymentMethod: string): TestCard | undefined {
  const name = paymentMethod.replace(/^pm_card_visa_(?=chargeDeclined)/, 'pm_card_');
  return Object.hasOwn(cards, name) ? cards[name] : undefined;
}
