import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** The simulator answers the official client as Stripe does. */

const simulator = await openSimulator();
const stripe = stripeFor(simulator.url);

const order = (paymentMethod: string, rest: Partial<Stripe.PaymentIntentCreateParams> = {}) => ({
  amount: 4_599,
  currency: 'usd',
  confirm: true,
  payment_method: paymentMethod,
  allowed_payment_method_types: ['card'],
  return_url: 'https://shop.test/orders/1',
  metadata: { order_id: 'order-1', attempt: '1' },
  ...rest,
});

const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was not refused'),
    (error: Stripe.errors.StripeError) => error,
  );

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

describe('a refund', () => {
  const pay = async (card = 'pm_card_visa') => (await stripe.paymentIntents.create(order(card))).id;

  test('in parts and then in full returns what was paid and never more', async () => {
    const id = await pay();
    const part = await stripe.refunds.create({
      payment_intent: id,
      amount: 1_000,
      metadata: { refund_id: 'r1' },
    });
    expect(part).toMatchObject({ object: 'refund', status: 'succeeded', amount: 1_000, payment_intent: id });
    expect(await refused(stripe.refunds.create({ payment_intent: id, amount: 4_000 }))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_large',
      param: 'amount',
    });
    const rest = await stripe.refunds.create({ payment_intent: id });
    expect(rest.amount).toBe(3_599);
    expect(await refused(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    const { data, has_more } = await stripe.refunds.list({ payment_intent: id });
    expect([data.map((refund) => refund.id), has_more]).toEqual([[rest.id, part.id], false]);
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ metadata: { refund_id: 'r1' } });
    expect(simulator.ledger().find((row) => row.paymentIntent === id)).toMatchObject({
      captured: 4_599,
      refunded: 4_599,
      live: false,
    });
  });

  test('of money that was not captured is refused', async () => {
    const { id } = await stripe.paymentIntents.create(order('pm_card_visa', { capture_method: 'manual' }));
    expect(await refused(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ statusCode: 400 });
  });

  test('may stay pending for a while', async () => {
    const { id, status } = await stripe.refunds.create({
      payment_intent: await pay('pm_card_pendingRefund'),
    });
    expect(status).toBe('pending');
    await expect.poll(() => stripe.refunds.retrieve(id)).toMatchObject({ status: 'succeeded' });
  });

  test('may fail after it had succeeded, and the money can be refunded again', async () => {
    const intent = await pay('pm_card_refundFail');
    const { id } = await stripe.refunds.create({ payment_intent: intent });
    await expect.poll(() => stripe.refunds.retrieve(id)).toMatchObject({ status: 'failed' });
    expect(simulator.ledger().find((row) => row.paymentIntent === intent)).toMatchObject({
      refunded: 0,
      live: true,
    });
    expect((await stripe.refunds.create({ payment_intent: intent })).amount).toBe(4_599);
  });
});

describe('the list', () => {
  test('is newest first, in pages, and respects a time bound', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++)
      ids.push((await stripe.paymentIntents.create(order('pm_card_visa'))).id);
    const newestFirst = ids.toReversed();
    const first = await stripe.paymentIntents.list({ limit: 2 });
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([newestFirst.slice(0, 2), true]);
    const second = await stripe.paymentIntents.list({ limit: 2, starting_after: first.data[1]?.id });
    expect(second.data.map(({ id }) => id)).toEqual(newestFirst.slice(2, 4));
    const since = Math.floor(Date.now() / 1_000) - 60;
    const found: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 3, created: { gte: since } }))
      found.push(id);
    expect(found.slice(0, 5)).toEqual(newestFirst);
    expect((await stripe.paymentIntents.list({ created: { gte: since + 3_600 } })).data).toEqual([]);
    expect((await stripe.paymentIntents.list({ created: { lte: since - 3_600 } })).data).toEqual([]);
  });
});

describe('an amount', () => {
  const pay = (amount: number, currency: string) =>
    stripe.paymentIntents.create(order('pm_card_visa', { amount, currency }));

  test.each([
    ['usd', 50, 99_999_999],
    ['gbp', 30, 99_999_999],
    ['jpy', 50, 99_999_999],
    ['kwd', 10, 99_999_990],
    ['isk', 100, 99_999_900],
    ['idr', 1, 999_999_999_999],
  ])('in %s is accepted from %i to %i', async (currency, least, most) => {
    expect((await pay(least, currency)).amount_received).toBe(least);
    expect((await pay(most, currency)).amount_received).toBe(most);
    expect(await refused(pay(most + 100, currency))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_large',
      param: 'amount',
    });
  });

  test.each([
    ['usd', 49, 'amount_too_small', 'Amount must be at least $0.50 usd'],
    ['jpy', 49, 'amount_too_small', 'Amount must be at least ¥50 jpy'],
    ['usd', 100_000_000, 'amount_too_large', 'Amount must be no more than $999,999.99'],
    ['kwd', 1_005, 'invalid_charge_amount', 'Amounts in kwd must be divisible by 10'],
    ['isk', 1_050, 'invalid_charge_amount', 'Amounts in isk must be divisible by 100'],
  ])('in %s of %i is refused: %s', async (currency, amount, code, message) => {
    expect(await refused(pay(amount, currency))).toMatchObject({ statusCode: 400, code, message });
  });
});

describe('an invalid request', () => {
  test.each([
    ['no amount', { amount: undefined }, 'parameter_missing', 'amount'],
    ['an amount that is no integer', { amount: 10.5 }, 'parameter_invalid_integer', 'amount'],
    ['an amount below what cards take', { amount: 10 }, 'amount_too_small', 'amount'],
    ['an unknown payment method', { payment_method: 'pm_card_nobody' }, 'resource_missing', 'payment_method'],
    ['an unknown parameter', { amuont: 1 }, 'parameter_unknown', 'amuont'],
    ['no address to come back to', { return_url: 'shop' }, 'url_invalid', 'return_url'],
  ])('with %s is refused, and the error names the parameter', async (_, wrong, code, param) => {
    const error = await refused(
      stripe.paymentIntents.create({
        ...order('pm_card_visa'),
        ...wrong,
      } as Stripe.PaymentIntentCreateParams),
    );
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, code, param });
  });

  test('about an unknown object is 404, and without the right key 401', async () => {
    expect(await refused(stripe.paymentIntents.retrieve('pi_nothing'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const stranger = stripeFor(simulator.url, 'sk_test_other');
    expect(await refused(stranger.paymentIntents.create(order('pm_card_visa')))).toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
    expect((await fetch(`${simulator.url}/v1/payment_intents`)).status).toBe(401);
    expect(await refused(stripe.customers.list())).toMatchObject({ statusCode: 404 });
  });
});
