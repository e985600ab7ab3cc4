import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { order, refused, simulator, stripe } from '#tests/simulator/payment-calls.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';

/** The simulator's refunds, lists, amounts and refusals, through the official client. */

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
