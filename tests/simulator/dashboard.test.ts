import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { atDashboard, openSimulator, stripeFor } from '#tests/support/services/simulator.ts';

/**
 * What the provider's owner, the cardholder's bank and the passing of time do to a payment, without the shop.
 */

const simulator = await openSimulator({ settleMs: 60_000 });
const stripe = stripeFor(simulator.url);
const dashboard = (action: string, params: Parameters<typeof atDashboard>[2]) =>
  atDashboard(simulator.url, action, params);

async function pay(card = 'pm_card_visa', rest: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  const intent = await stripe.paymentIntents.create({
    amount: 3_299,
    currency: 'usd',
    confirm: true,
    payment_method: card,
    allowed_payment_method_types: ['card'],
    metadata: { order_id: `order of ${card}`, attempt: '1' },
    ...rest,
  });
  return intent.id;
}

const withCharge = (id: string) => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });

const rowOf = (id: string) => simulator.ledger().find((row) => row.paymentIntent === id);

/** The types of an intent's events, oldest first. */
async function eventsOf(id: string): Promise<string[]> {
  const types: string[] = [];
  for await (const { type, data } of stripe.events.list({ limit: 100 })) {
    const object = data.object as { id?: string; payment_intent?: string };
    if (object.id === id || object.payment_intent === id) types.unshift(type);
  }
  return types;
}

describe('a refund in the dashboard', () => {
  test('of a part and then of the rest shows in the charge and in the list of refunds', async () => {
    const id = await pay();
    const part = await dashboard('refund', { payment_intent: id, amount: 500 });
    expect(part.refund).toMatchObject({ object: 'refund', amount: 500, status: 'succeeded', metadata: {} });
    expect((await withCharge(id)).latest_charge).toMatchObject({
      amount_captured: 3_299,
      amount_refunded: 500,
      refunded: false,
    });
    const rest = await dashboard('refund', { payment_intent: id });
    expect(rest.refund.amount).toBe(2_799);
    expect((await withCharge(id)).latest_charge).toMatchObject({ amount_refunded: 3_299, refunded: true });
    const { data } = await stripe.refunds.list({ payment_intent: id });
    expect(data.map((refund) => refund.id)).toEqual([rest.refund.id, part.refund.id]);
    expect(await eventsOf(id)).toEqual([
      'payment_intent.succeeded',
      'refund.created',
      'charge.refunded',
      'refund.created',
      'charge.refunded',
    ]);
    expect(await dashboard('refund', { payment_intent: id })).toMatchObject({
      httpStatus: 400,
      error: { code: 'charge_already_refunded' },
    });
  });

  test('of more than is left is refused and moves no money', async () => {
    const id = await pay();
    await dashboard('refund', { payment_intent: id, amount: 500 });
    expect(await dashboard('refund', { payment_intent: id, amount: 2_800 })).toMatchObject({
      httpStatus: 400,
      error: { code: 'amount_too_large', param: 'amount' },
    });
    expect(rowOf(id)).toMatchObject({ captured: 3_299, refunded: 500, live: true, elsewhere: true });
  });

  test('can fail later, and its money can then be refunded again', async () => {
    const id = await pay();
    const { refund } = await dashboard('refund', { payment_intent: id });
    const failed = await dashboard('refund/fail', { refund: refund.id });
    expect(failed.refund).toMatchObject({ status: 'failed', failure_reason: 'lost_or_stolen_card' });
    expect((await withCharge(id)).latest_charge).toMatchObject({ amount_refunded: 0, refunded: false });
    expect((await eventsOf(id)).slice(-2)).toEqual(['refund.updated', 'refund.failed']);
    expect(rowOf(id)).toMatchObject({ refunded: 0, live: true, goneAtMs: null });
    expect((await stripe.refunds.create({ payment_intent: id })).amount).toBe(3_299);
    expect((await dashboard('refund/fail', { refund: refund.id })).httpStatus).toBe(400);
  });

  test('stays pending as long as the test wants, and counts as refunded meanwhile', async () => {
    const id = await pay('pm_card_pendingRefund');
    const { refund } = await dashboard('refund', { payment_intent: id });
    expect(refund.status).toBe('pending');
    expect((await withCharge(id)).latest_charge).toMatchObject({ amount_refunded: 3_299 });
    expect((await dashboard('settle', { id: refund.id })).refund.status).toBe('succeeded');
    expect((await eventsOf(id)).at(-1)).toBe('refund.updated');
    expect(await dashboard('settle', { id: refund.id })).toMatchObject({ httpStatus: 400 });
  });
});

describe('a capture or cancellation in the dashboard', () => {
  const authorize = () => pay('pm_card_visa', { capture_method: 'manual' });

  test('takes a smaller amount than was authorized, and the charge shows it', async () => {
    const id = await authorize();
    await dashboard('capture', { payment_intent: id, amount: 2_000 });
    expect(await withCharge(id)).toMatchObject({
      status: 'succeeded',
      amount: 3_299,
      amount_received: 2_000,
      latest_charge: { captured: true, amount_captured: 2_000, amount_refunded: 0 },
    });
    expect(rowOf(id)).toMatchObject({ captured: 2_000, voided: 1_299 });
    expect(await eventsOf(id)).toEqual([
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
    ]);
    expect((await dashboard('capture', { payment_intent: id })).error.code).toBe(
      'payment_intent_unexpected_state',
    );
  });

  test("releases what was authorized, and the intent can't be charged any more", async () => {
    const id = await authorize();
    expect((await dashboard('cancel', { payment_intent: id })).payment_intent.status).toBe('canceled');
    expect(rowOf(id)).toMatchObject({ voided: 3_299, live: false });
    expect((await eventsOf(id)).at(-1)).toBe('payment_intent.canceled');
    await expect(stripe.paymentIntents.capture(id)).rejects.toMatchObject({ statusCode: 400 });
  });

  test('does not cancel a bank debit that is under way, which then fails', async () => {
    const id = await pay('pm_usBankAccount_insufficientFunds');
    expect((await dashboard('cancel', { payment_intent: id })).error.code).toBe(
      'payment_intent_unexpected_state',
    );
    const { payment_intent: intent } = await dashboard('settle', { id });
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
      latest_charge: { status: 'failed', paid: false },
    });
    expect(await eventsOf(id)).toEqual(['payment_intent.processing', 'payment_intent.payment_failed']);
  });
});

describe('a dispute', () => {
  test('withdraws the money, forbids refunds and is lost', async () => {
    const id = await pay();
    const opened = await dashboard('dispute', {
      payment_intent: id,
      reason: 'product_not_received',
      due_by: 2_000_000_000,
    });
    const { data } = await stripe.disputes.list({ payment_intent: id });
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      id: opened.dispute.id,
      object: 'dispute',
      amount: 3_299,
      reason: 'product_not_received',
      status: 'needs_response',
      is_charge_refundable: false,
      evidence_details: { due_by: 2_000_000_000, has_evidence: false },
      balance_transactions: [{ amount: -3_299, fee: 1_500, net: -4_799, reporting_category: 'dispute' }],
    });
    expect((await withCharge(id)).latest_charge).toMatchObject({ disputed: true, amount_refunded: 0 });
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({
      statusCode: 400,
      code: 'charge_disputed',
    });
    await dashboard('dispute/evidence', { dispute: opened.dispute.id });
    expect(await stripe.disputes.retrieve(opened.dispute.id)).toMatchObject({
      status: 'under_review',
      evidence_details: { has_evidence: true, submission_count: 1 },
    });
    await dashboard('dispute/close', { dispute: opened.dispute.id, outcome: 'lost' });
    expect(await stripe.disputes.retrieve(opened.dispute.id)).toMatchObject({ status: 'lost' });
    expect(rowOf(id)).toMatchObject({
      captured: 3_299,
      disputed: 3_299,
      refunded: 0,
      goneAtMs: expect.any(Number),
    });
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({
      code: 'charge_disputed',
    });
    expect(await eventsOf(id)).toEqual([
      'payment_intent.succeeded',
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      'charge.dispute.closed',
    ]);
  });

  test('that is won returns the money, which can then be refunded', async () => {
    const id = await pay();
    const { dispute } = await dashboard('dispute', { payment_intent: id, amount: 1_000 });
    const won = await dashboard('dispute/close', { dispute: dispute.id, outcome: 'won' });
    expect(won.dispute).toMatchObject({ status: 'won', amount: 1_000 });
    expect(rowOf(id)).toMatchObject({ disputed: 0 });
    expect((await eventsOf(id)).slice(-2)).toEqual([
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ]);
    expect((await withCharge(id)).latest_charge).toMatchObject({ disputed: true });
    expect((await stripe.refunds.create({ payment_intent: id })).amount).toBe(3_299);
    expect((await dashboard('dispute/close', { dispute: dispute.id, outcome: 'lost' })).httpStatus).toBe(400);
  });

  test('that is only an inquiry withdraws nothing, and the charge can be refunded', async () => {
    const id = await pay();
    const { dispute } = await dashboard('dispute', { payment_intent: id, inquiry: true });
    expect(dispute).toMatchObject({ status: 'warning_needs_response', is_charge_refundable: true });
    expect(rowOf(id)).toMatchObject({ disputed: 0 });
    expect((await stripe.refunds.create({ payment_intent: id, amount: 100 })).status).toBe('succeeded');
    const closed = await dashboard('dispute/close', { dispute: dispute.id, outcome: 'won' });
    expect(closed.dispute.status).toBe('warning_closed');
  });

  test('covers what was not refunded, and is refused for money that was not captured', async () => {
    const id = await pay();
    await dashboard('refund', { payment_intent: id, amount: 299 });
    expect((await dashboard('dispute', { payment_intent: id })).dispute.amount).toBe(3_000);
    expect((await dashboard('dispute', { payment_intent: id })).httpStatus).toBe(400);
    const held = await pay('pm_card_visa', { capture_method: 'manual' });
    expect((await dashboard('dispute', { payment_intent: held })).httpStatus).toBe(400);
  });
});

describe('a fraud signal', () => {
  test('of the issuer is an early fraud warning, actionable until the money is refunded', async () => {
    const id = await pay();
    const { early_fraud_warning: warning } = await dashboard('fraud_warning', { payment_intent: id });
    const list = () => stripe.radar.earlyFraudWarnings.list({ payment_intent: id });
    expect((await list()).data).toMatchObject([
      { id: warning.id, actionable: true, fraud_type: 'made_with_stolen_card', payment_intent: id },
    ]);
    expect((await eventsOf(id)).at(-1)).toBe('radar.early_fraud_warning.created');
    await dashboard('refund', { payment_intent: id });
    expect((await list()).data).toMatchObject([{ actionable: false }]);
  });

  test('of the provider is a review of the payment, open until the review is closed', async () => {
    const id = await pay();
    const { review } = await dashboard('review', { payment_intent: id });
    expect((await stripe.paymentIntents.retrieve(id)).review).toBe(review.id);
    expect(await stripe.reviews.retrieve(review.id)).toMatchObject({
      open: true,
      reason: 'rule',
      closed_reason: null,
      payment_intent: id,
    });
    expect((await stripe.reviews.list()).data.map((one) => one.id)).toContain(review.id);
    await dashboard('review/close', { review: review.id, reason: 'refunded_as_fraud' });
    expect(await stripe.reviews.retrieve(review.id)).toMatchObject({
      open: false,
      reason: 'refunded_as_fraud',
      closed_reason: 'refunded_as_fraud',
    });
    expect((await stripe.reviews.list()).data.map((one) => one.id)).not.toContain(review.id);
    expect((await eventsOf(id)).slice(-2)).toEqual(['review.opened', 'review.closed']);
  });
});

test('a charge without a relation to the shop has no order, and its event shows that', async () => {
  const { payment_intent: intent } = await dashboard('charge', { amount: 777, currency: 'eur' });
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 777, currency: 'eur', metadata: {} });
  expect(rowOf(intent.id)).toMatchObject({ orderId: null, captured: 777 });
  expect(await eventsOf(intent.id)).toEqual(['payment_intent.succeeded']);
});

test('an action with an unknown or a missing parameter is refused, and the error names it', async () => {
  const id = await pay();
  expect((await dashboard('refnud', { payment_intent: id })).httpStatus).toBe(404);
  expect((await dashboard('refund', { payment_intent: 'pi_nothing' })).httpStatus).toBe(404);
  const misspelt = await dashboard('refund', { payment_intent: id, ammount: 1 });
  expect(misspelt).toMatchObject({
    httpStatus: 400,
    error: { code: 'parameter_unknown', param: 'ammount' },
  });
  expect(rowOf(id)).toMatchObject({ refunded: 0 });
});
