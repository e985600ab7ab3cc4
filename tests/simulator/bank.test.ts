import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/** 3-D Secure: the shopper goes to the test bank's page and returns to the shop. */

const simulator = await openSimulator();
const stripe = stripeFor(simulator.url);

const returnUrl = 'https://shop.test/orders/1?attempt=1';

const begin = (
  card = 'pm_card_threeDSecure2Required',
  rest: Partial<Stripe.PaymentIntentCreateParams> = {},
) =>
  stripe.paymentIntents.create({
    amount: 4_599,
    currency: 'usd',
    confirm: true,
    payment_method: card,
    allowed_payment_method_types: ['card'],
    return_url: returnUrl,
    ...rest,
  });

const bankOf = (intent: Stripe.PaymentIntent) => intent.next_action?.redirect_to_url?.url ?? '';

const say = (intent: Stripe.PaymentIntent, answer: string) =>
  fetch(bankOf(intent), { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });

describe('a card whose bank asks', () => {
  test.each([
    'pm_card_authenticationRequired',
    'pm_card_threeDSecure2Required',
    'pm_card_threeDSecureRequired',
  ])('%s charges nothing before the shopper has confirmed', async (card) => {
    const intent = await begin(card, { metadata: { order_id: card } });
    expect(intent).toMatchObject({
      status: 'requires_action',
      latest_charge: null,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl } },
    });
    expect(simulator.ledger(card)).toEqual([]);
  });

  test('shows amount, shop and two buttons that work without a script', async () => {
    const page = await fetch(bankOf(await begin()));
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).toContain('$45.99');
    expect(html).toContain('shop.test');
    expect(html).toMatch(/<form method="post">/);
    expect(html).toMatch(/value="confirm">Confirm payment</);
    expect(html).toMatch(/value="refuse"[^>]*>Refuse</);
    expect(html).not.toContain('<script');
  });

  test('escapes text that a shop wrote', async () => {
    const intent = await begin('pm_card_threeDSecure2Required', { description: '<script>alert(1)</script>' });
    expect(await (await fetch(bankOf(intent))).text()).not.toContain('<script');
  });

  test('charges when the shopper confirms, and redirects them as Stripe does', async () => {
    const intent = await begin();
    const answer = await say(intent, 'confirm');
    expect(answer.status).toBe(303);
    const back = new URL(answer.headers.get('location') ?? '');
    expect([back.host, back.pathname, back.searchParams.get('attempt')]).toEqual([
      'shop.test',
      '/orders/1',
      '1',
    ]);
    expect(back.searchParams.get('payment_intent')).toBe(intent.id);
    expect(back.searchParams.get('payment_intent_client_secret')).toBe(intent.client_secret);
    expect(back.searchParams.get('redirect_status')).toBe('succeeded');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'succeeded',
      amount_received: 4_599,
      next_action: null,
    });
  });

  test('authorizes when the money is captured later', async () => {
    const intent = await begin('pm_card_threeDSecure2Required', { capture_method: 'manual' });
    await say(intent, 'confirm');
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture');
  });

  test('charges nothing when the shopper refuses', async () => {
    const intent = await begin();
    const answer = await say(intent, 'refuse');
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_status')).toBe('failed');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  test.each([
    ['pm_card_threeDSecureRequiredChargeDeclined', 'generic_decline'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ])('%s is declined after the shopper has confirmed', async (card, declineCode) => {
    const intent = await begin(card);
    const answer = await say(intent, 'confirm');
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_status')).toBe('failed');
    expect((await stripe.paymentIntents.retrieve(intent.id)).last_payment_error?.decline_code).toBe(
      declineCode,
    );
  });

  test('takes one answer: a second one, or one after a cancellation, changes nothing', async () => {
    const intent = await begin('pm_card_threeDSecure2Required', { metadata: { order_id: 'one answer' } });
    await Promise.all([say(intent, 'confirm'), say(intent, 'confirm')]);
    const late = await say(intent, 'refuse');
    expect(new URL(late.headers.get('location') ?? '').searchParams.get('redirect_status')).toBe('succeeded');
    expect(simulator.ledger('one answer')).toMatchObject([{ captured: 4_599, live: true }]);
    expect(await (await fetch(bankOf(intent))).text()).toContain('is settled');

    const canceled = await begin('pm_card_threeDSecure2Required', { metadata: { order_id: 'canceled' } });
    await stripe.paymentIntents.cancel(canceled.id);
    await say(canceled, 'confirm');
    expect((await stripe.paymentIntents.retrieve(canceled.id)).status).toBe('canceled');
    expect(simulator.ledger('canceled').some(({ live }) => live)).toBe(false);
  });

  test('has no page for an unknown payment', async () => {
    expect((await fetch(`${simulator.url}/3ds/pi_nothing`)).status).toBe(404);
  });
});
