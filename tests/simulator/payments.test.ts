import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { order, refused, simulator, stripe } from '#tests/simulator/payment-calls.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** The simulator answers the official client as Stripe does. */

describe('a payment', () => {
  test('of a valid card is charged immediately', async () => {
    const intent = await stripe.paymentIntents.create(order('pm_card_visa'));
    expect(intent).toMatchObject({
      object: 'payment_intent',
      status: 'succeeded',
      amount_received: 4_599,
      amount_capturable: 0,
      currency: 'usd',
      metadata: { order_id: 'order-1', attempt: '1' },
      next_action: null,
      last_payment_error: null,
    });
    expect(intent.id).toMatch(/^pi_\w{24}$/);
    expect(intent.latest_charge).toMatch(/^ch_/);
    expect(Math.abs(intent.created - Date.now() / 1_000)).toBeLessThan(60);
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toEqual(intent);
  });

  test.each(['pm_card_mastercard', 'pm_card_amex', 'pm_card_discover', 'pm_card_threeDSecureOptional'])(
    'of %s is charged immediately',
    async (card) => {
      expect((await stripe.paymentIntents.create(order(card))).status).toBe('succeeded');
    },
  );

  test.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
  ])('of %s is declined with %s and charges nothing', async (card, code, declineCode) => {
    const orderId = `declined ${card}`;
    const error = await refused(
      stripe.paymentIntents.create(order(card, { metadata: { order_id: orderId } })),
    );
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, rawType: 'card_error' });
    expect(error.decline_code || undefined).toBe(declineCode);
    expect(error.charge).toMatch(/^ch_/);
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      amount_received: 0,
      last_payment_error: { code, message: error.message },
    });
    expect(simulator.ledger(orderId)).toMatchObject([
      { declines: 1, authorized: 0, captured: 0, live: false },
    ]);
  });

  test('that was declined can be confirmed with another card', async () => {
    const error = await refused(stripe.paymentIntents.create(order('pm_card_chargeDeclined')));
    const id = error.payment_intent?.id ?? '';
    const intent = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect(intent).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });

  test('that is created first and confirmed later is charged when it is confirmed', async () => {
    const { confirm: _, return_url: __, ...unconfirmed } = order('pm_card_visa');
    const { id, status } = await stripe.paymentIntents.create(unconfirmed);
    expect(status).toBe('requires_confirmation');
    expect((await stripe.paymentIntents.confirm(id)).status).toBe('succeeded');
    expect(await refused(stripe.paymentIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { id, status: 'succeeded' },
    });
  });

  test('that is slow stays processing until it is decided', async () => {
    const { id, status } = await stripe.paymentIntents.create(order('pm_usBankAccount_success'));
    expect(status).toBe('processing');
    await expect.poll(() => stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded' });
  });

  test('that is slow cannot be cancelled, and keeps its charge when it is decided', async () => {
    const simulator = await openSimulator({ settleMs: 60_000 });
    const client = stripeFor(simulator.url);
    const debit = order('pm_sepaDebit_success', { currency: 'eur', expand: ['latest_charge'] });
    const { id, latest_charge: charge } = await client.paymentIntents.create(debit);
    expect(charge).toMatchObject({ status: 'pending', paid: false, captured: false, amount_captured: 0 });
    expect(await refused(client.paymentIntents.cancel(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { id, status: 'processing' },
    });
    await simulator.dashboard.settle(id);
    expect(await client.paymentIntents.retrieve(id, { expand: ['latest_charge'] })).toMatchObject({
      status: 'succeeded',
      latest_charge: {
        id: (charge as Stripe.Charge).id,
        status: 'succeeded',
        payment_method_details: { type: 'sepa_debit', sepa_debit: { last4: '3201' } },
      },
    });
  });

  test('shows its charge in full on request', async () => {
    const intent = await stripe.paymentIntents.create(order('pm_card_visa', { expand: ['latest_charge'] }));
    expect(intent.latest_charge).toMatchObject({
      object: 'charge',
      paid: true,
      payment_method_details: { card: { brand: 'visa', last4: '4242' } },
    });
  });
});

describe('manual capture', () => {
  const authorize = () => stripe.paymentIntents.create(order('pm_card_visa', { capture_method: 'manual' }));

  test('an authorized payment holds the money until it is captured', async () => {
    const { id, status, amount_capturable, amount_received } = await authorize();
    expect([status, amount_capturable, amount_received]).toEqual(['requires_capture', 4_599, 0]);
    const captured = await stripe.paymentIntents.capture(id);
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 4_599, amount_capturable: 0 });
    expect(await refused(stripe.paymentIntents.capture(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  test('a partial capture releases the rest', async () => {
    const { id } = await authorize();
    const captured = await stripe.paymentIntents.capture(id, { amount_to_capture: 1_000 });
    expect(captured.amount_received).toBe(1_000);
    expect(simulator.ledger().find((row) => row.paymentIntent === id)).toMatchObject({
      authorized: 4_599,
      captured: 1_000,
      voided: 3_599,
      live: true,
    });
  });

  test('a cancelled authorization is not live, and a paid one cannot be cancelled', async () => {
    const { id } = await authorize();
    const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'requested_by_customer' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
    expect(simulator.ledger().find((row) => row.paymentIntent === id)).toMatchObject({
      voided: 4_599,
      live: false,
    });
    const paid = await stripe.paymentIntents.create(order('pm_card_visa'));
    expect(await refused(stripe.paymentIntents.cancel(paid.id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });
});
