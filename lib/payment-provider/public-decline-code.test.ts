import { expect, test } from 'vitest';
import { declineSentence } from './decline-sentence.ts';
import { publicDeclineCode } from './public-decline-code.ts';

test.each([
  ['insufficient_funds', 'insufficient_funds'],
  ['expired_card', 'expired_card'],
  ['incorrect_cvc', 'incorrect_cvc'],
  ['invalid_cvc', 'incorrect_cvc'],
  ['payment_intent_authentication_failure', 'authentication_required'],
  ['stolen_card', 'card_declined'],
  ['lost_card', 'card_declined'],
  ['fraudulent', 'card_declined'],
  ['merchant_blacklist', 'card_declined'],
  ['generic_decline', 'card_declined'],
  ['constructor', 'card_declined'],
  [null, 'card_declined'],
])('%s is shown as %s', (raw, shown) => {
  expect(publicDeclineCode(raw)).toBe(shown);
});

test('a stolen card and a plain decline have the same message', () => {
  expect(declineSentence('stolen_card')).toBe(declineSentence('generic_decline'));
});
