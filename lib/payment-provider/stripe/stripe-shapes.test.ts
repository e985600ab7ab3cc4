import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { isOf } from '#lib/payment-provider/provider.ts';
import {
  chargeOf,
  disputeOf,
  eventOf,
  refundOf,
  refusalOf,
  reviewOf,
  warningOf,
} from '#lib/payment-provider/stripe/stripe-shapes.ts';

const key = { userId: randomUUID(), orderId: randomUUID(), attempt: 2 };
const metadata = { user_id: key.userId, order_id: key.orderId, attempt: '2' };

const intent = (change: Record<string, unknown> = {}) =>
  ({
    id: 'pi_1',
    status: 'succeeded',
    amount: 4_599,
    amount_received: 4_599,
    currency: 'usd',
    metadata,
    last_payment_error: null,
    next_action: null,
    ...change,
  }) as unknown as Stripe.PaymentIntent;

test('a charge has the captured amount, its currency and its attempt', () => {
  expect(chargeOf(intent())).toEqual({
    ref: 'pi_1',
    status: 'succeeded',
    amountMinor: 4_599,
    currency: 'USD',
    declineCode: undefined,
    actionUrl: undefined,
    attempt: key,
  });
});

test.each([
  ['succeeded', 'succeeded'],
  ['requires_capture', 'authorized'],
  ['requires_action', 'requires_action'],
  ['requires_payment_method', 'declined'],
  ['canceled', 'voided'],
  ['processing', 'processing'],
  ['requires_confirmation', 'processing'],
  ['a state of next year', 'processing'],
])('an intent that is %s is a charge that is %s', (status, expected) => {
  expect(chargeOf(intent({ status })).status).toBe(expected);
});

test('a partly captured charge has the captured amount; one without a capture, the requested amount', () => {
  expect(chargeOf(intent({ amount_received: 4_000 })).amountMinor).toBe(4_000);
  expect(chargeOf(intent({ status: 'requires_capture', amount_received: 0 })).amountMinor).toBe(4_599);
});

test('a refusal has the bank’s decline code, or the provider’s code when the bank gives none', () => {
  const declined = (error: object) =>
    chargeOf(intent({ status: 'requires_payment_method', last_payment_error: error })).declineCode;
  expect(declined({ code: 'card_declined', decline_code: 'lost_card' })).toBe('lost_card');
  expect(declined({ code: 'expired_card' })).toBe('expired_card');
  expect(declined({})).toBeUndefined();
});

test('a charge that needs the bank’s confirmation has the bank’s URL', () => {
  const redirect = { type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.test/3ds' } };
  expect(chargeOf(intent({ status: 'requires_action', next_action: redirect })).actionUrl).toBe(
    'https://bank.test/3ds',
  );
  const app = { type: 'use_stripe_sdk' };
  expect(chargeOf(intent({ status: 'requires_action', next_action: app })).actionUrl).toBeUndefined();
});

test.each([
  ['no fields', null],
  ['no shopper', { ...metadata, user_id: undefined }],
  ['no order', { ...metadata, order_id: undefined }],
  ['another shop’s shopper', { ...metadata, user_id: 'cus_1' }],
  ['another shop’s order', { ...metadata, order_id: '1001' }],
  ['no attempt', { ...metadata, attempt: undefined }],
  ['attempt 0', { ...metadata, attempt: '0' }],
  ['attempt 10000', { ...metadata, attempt: '10000' }],
  ['an attempt and more', { ...metadata, attempt: '2 or 3' }],
  ['more and an attempt', { ...metadata, attempt: 'no 2' }],
])('a charge with %s in its metadata is not from this shop', (_, kept) => {
  expect(chargeOf(intent({ metadata: kept })).attempt).toBeUndefined();
});

test('ids match in any letter case', () => {
  const upper = { ...metadata, user_id: key.userId.toUpperCase(), order_id: key.orderId.toUpperCase() };
  expect(chargeOf(intent({ metadata: upper })).attempt).toEqual(key);
  expect(chargeOf(intent({ metadata: { ...metadata, attempt: '1234' } })).attempt?.attempt).toBe(1_234);
});

test('a charge belongs to the attempt whose shopper, order and number are in its metadata', () => {
  const charge = chargeOf(intent());
  expect(isOf(charge, key)).toBe(true);
  for (const other of [{ userId: randomUUID() }, { orderId: randomUUID() }, { attempt: 1 }])
    expect(isOf(charge, { ...key, ...other })).toBe(false);
  expect(isOf(chargeOf(intent({ metadata: {} })), key)).toBe(false);
});

test.each([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
  ['pending', 'pending'],
  ['requires_action', 'pending'],
  [null, 'pending'],
])('a Stripe refund that is %s is a refund that is %s', (status, expected) => {
  expect(refundOf({ id: 're_1', amount: 500, status } as Stripe.Refund)).toEqual({
    ref: 're_1',
    amountMinor: 500,
    status: expected,
  });
});

test('a refund of the shop has the shop’s id, and a refund that was made at the provider has none', () => {
  const id = randomUUID();
  const idIn = (words: unknown) =>
    refundOf({ id: 're_1', amount: 500, status: 'succeeded', metadata: words } as Stripe.Refund).id;
  expect(idIn({ refund_id: id })).toBe(id);
  for (const words of [{}, null, undefined, { refund_id: 'by hand' }]) expect(idIn(words)).toBeUndefined();
});

test('an expanded charge has its refunded amount and the provider’s fee', () => {
  const latest = (charge: unknown) => chargeOf(intent({ latest_charge: charge }));
  expect(latest({ amount_refunded: 500, balance_transaction: { fee: 163 } })).toMatchObject({
    refundedMinor: 500,
    feeMinor: 163,
  });
  expect(latest({ amount_refunded: 0, balance_transaction: null })).toMatchObject({ refundedMinor: 0 });
  expect(latest('ch_1')).not.toHaveProperty('refundedMinor');
});

test.each([
  ['needs_response', [-4_599], 'open'],
  ['under_review', [-4_599], 'open'],
  ['warning_needs_response', [], 'open'],
  ['warning_under_review', [], 'open'],
  ['a state of next year', [], 'open'],
  ['won', [-4_599, 4_599], 'won'],
  ['lost', [-4_599], 'lost'],
  ['warning_closed', [], 'closed'],
  ['prevented', [], 'closed'],
  ['prevented', [-4_599, 4_599], 'closed'],
  // The card network paid the cardholder back, so the money is not the shop's.
  ['prevented', [-4_599], 'lost'],
])('a Stripe dispute that is %s and has moved %j is a dispute that is %s', (status, moved, expected) => {
  const dispute = {
    id: 'dp_1',
    amount: 4_599,
    currency: 'usd',
    reason: 'fraudulent',
    status,
    balance_transactions: moved.map((amount) => ({ amount })),
    evidence_details: { due_by: 1_800_000_000 },
  };
  expect(disputeOf(dispute as unknown as Stripe.Dispute)).toEqual({
    ref: 'dp_1',
    kind: 'dispute',
    amountMinor: 4_599,
    currency: 'USD',
    reason: 'fraudulent',
    status: expected,
    // Then the bank has the shop's evidence.
    ...(status.endsWith('under_review') && { isAnswered: true }),
    dueBy: new Date(1_800_000_000_000),
  });
});

test('an early fraud warning is open while it is actionable, a review until it is closed', () => {
  const money = { amountMinor: 4_599, currency: 'USD' };
  const warning = { id: 'issfr_1', fraud_type: 'misc' } as Stripe.Radar.EarlyFraudWarning;
  expect(warningOf({ ...warning, actionable: true }, money)).toMatchObject({
    status: 'open',
    reason: 'misc',
  });
  expect(warningOf({ ...warning, actionable: false }, money).status).toBe('closed');
  const review = { id: 'prv_1', opened_reason: 'rule', closed_reason: null } as Stripe.Review;
  expect(reviewOf({ ...review, open: true }, money)).toMatchObject({ status: 'open', reason: 'rule' });
  expect(reviewOf({ ...review, open: false, closed_reason: 'approved' }, money)).toMatchObject({
    status: 'closed',
    reason: 'approved',
  });
});

test('a refusal that is thrown as an error is a declined charge', () => {
  const request = {
    ...key,
    amountMinor: 4_599,
    currency: 'USD',
    idempotencyKey: 'k',
    token: 't',
    returnUrl: 'https://shop.test',
  };
  const refusal = (raw: object) =>
    refusalOf(new Stripe.errors.StripeCardError({ type: 'card_error', ...raw } as never), request);
  expect(refusal({ decline_code: 'lost_card', code: 'card_declined', payment_intent: intent() })).toEqual({
    ref: 'pi_1',
    status: 'declined',
    amountMinor: 4_599,
    currency: 'USD',
    declineCode: 'lost_card',
    attempt: key,
  });
  expect(refusal({ code: 'expired_card' })).toMatchObject({ ref: undefined, declineCode: 'expired_card' });
  expect(refusal({})).toMatchObject({ declineCode: 'invalid_request' });
});

test('an event of any object type names the charge to look at', () => {
  const about = (object: object, type = 'something') => eventOf({ id: 'evt_1', type, data: { object } });
  expect(about({ object: 'payment_intent', id: 'pi_1', metadata }, 'payment_intent.succeeded')).toEqual({
    id: 'evt_1',
    type: 'payment_intent.succeeded',
    chargeRef: 'pi_1',
    attempt: key,
    isAboutMore: false,
  });
  expect(about({ object: 'charge', id: 'ch_1', payment_intent: 'pi_2', metadata })).toMatchObject({
    chargeRef: 'pi_2',
    attempt: key,
    isAboutMore: true,
  });
  for (const object of ['refund', 'dispute', 'radar.early_fraud_warning', 'review'])
    expect(about({ object, id: 'x_1', payment_intent: 'pi_3', metadata: { refund_id: 'x' } })).toMatchObject({
      chargeRef: 'pi_3',
      attempt: undefined,
      isAboutMore: true,
    });
  for (const words of [null, undefined, 'text', { order_id: 5 }, { ...metadata, attempt: ['1'] }])
    expect(about({ object: 'payment_intent', id: 'pi_1', metadata: words })?.attempt).toBeUndefined();
  for (const object of [{ object: 'customer', id: 'cus_1' }, { object: 'charge', payment_intent: null }, {}])
    expect(about(object)?.chargeRef).toBeUndefined();
});

test.each([
  ['nothing', null],
  ['a text', 'evt_1'],
  ['no id', { type: 'a', data: { object: {} } }],
  ['a number for its id', { id: 5, type: 'a', data: { object: {} } }],
  ['an id that PostgreSQL cannot store', { id: 'evt\u0000', type: 'a', data: { object: {} } }],
  ['an endless id', { id: 'x'.repeat(8_000), type: 'a', data: { object: {} } }],
  ['no type', { id: 'evt_1', data: { object: {} } }],
  ['a type that PostgreSQL cannot store', { id: 'evt_1', type: '\u0000', data: { object: {} } }],
  ['no data', { id: 'evt_1', type: 'a' }],
  ['no object', { id: 'evt_1', type: 'a', data: { object: null } }],
])('a body with %s is not an event', (_, event) => {
  expect(eventOf(event)).toBeUndefined();
});

test.each([
  '',
  '.',
  '..',
  'ch_1',
  'pi_',
  'pi_\u0000',
  'pi_\ud800',
  'pi_1/cancel',
  `pi_${'1'.repeat(251)}`,
  'é',
  5,
  ['pi_1'],
])('an event with charge id %j names no charge', (id) => {
  for (const object of [
    { object: 'payment_intent', id },
    { object: 'charge', payment_intent: id },
  ])
    expect(eventOf({ id: 'evt_1', type: 'a', data: { object } })?.chargeRef).toBeUndefined();
});
