import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { openSimulator, simulatorFolder, stripeFor } from '#tests/support/services/simulator.ts';

/** What a shop can read at the provider: events, charges and the account's balance. */

const simulator = await openSimulator();
const stripe = stripeFor(simulator.url);
const { dashboard } = simulator;

const pay = (amount: number, client = stripe, rest: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  client.paymentIntents.create({
    amount,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    allowed_payment_method_types: ['card'],
    metadata: { order_id: `order ${amount}` },
    ...rest,
  });

describe('events', () => {
  test('that no webhook has delivered are listed, newest first, by type and time', async () => {
    // No webhook address is set, so the list is the only source of events.
    const { id } = await pay(1_000);
    await dashboard.refund(id, 400);
    await dashboard.warnOfFraud(id);
    const created = { gte: Math.floor(Date.now() / 1_000) - 60 };
    const all = await stripe.events.list({ created, limit: 4 });
    expect(all.data.map(({ type }) => type)).toEqual([
      'radar.early_fraud_warning.created',
      'charge.refunded',
      'refund.created',
      'payment_intent.succeeded',
    ]);
    expect(all.data[1]).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      data: { object: { object: 'charge', payment_intent: id, amount_refunded: 400 } },
    });
    const some = await stripe.events.list({ types: ['charge.refunded', 'payment_intent.succeeded'] });
    expect(some.data.map(({ type }) => type)).toEqual(['charge.refunded', 'payment_intent.succeeded']);
    expect((await stripe.events.list({ type: 'refund.*' })).data).toMatchObject([{ type: 'refund.created' }]);
    expect((await stripe.events.list({ created: { gte: created.gte + 3_600 } })).data).toEqual([]);
    const [first] = all.data;
    expect(await stripe.events.retrieve(first?.id ?? '')).toEqual(
      expect.objectContaining({ id: first?.id, type: first?.type }),
    );
  });

  test('are read on from a known one: all newer events, page by page from the oldest', async () => {
    const { data } = await stripe.events.list({ limit: 1 });
    const known = data[0]?.id as string;
    for (let amount = 2_001; amount <= 2_005; amount++) await pay(amount);
    const amounts = (page: Stripe.ApiList<Stripe.Event>) =>
      page.data.map((event) => (event.data.object as Stripe.PaymentIntent).amount);
    const first = await stripe.events.list({ ending_before: known, limit: 3 });
    expect([amounts(first), first.has_more]).toEqual([[2_003, 2_002, 2_001], true]);
    const second = await stripe.events.list({ ending_before: first.data[0]?.id, limit: 3 });
    expect([amounts(second), second.has_more]).toEqual([[2_005, 2_004], false]);
    const back = await stripe.events.list({ starting_after: second.data[0]?.id, limit: 2 });
    expect([amounts(back), back.has_more]).toEqual([[2_004, 2_003], true]);
    await expect(stripe.events.list({ ending_before: 'evt_nothing' })).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'ending_before',
    });
  });

  test('survive the simulator, with the objects as they were', async () => {
    const dataDir = simulatorFolder();
    const before = await openSimulator({ dataDir });
    const { id } = await pay(3_000, stripeFor(before.url));
    const { dispute } = await before.dashboard.dispute(id);
    await before.dashboard.closeDispute(dispute?.id ?? '', 'won');
    const { review } = await before.dashboard.openReview(id);
    const told = (await stripeFor(before.url).events.list()).data;
    await before.close();
    const after = stripeFor((await openSimulator({ dataDir })).url);
    expect((await after.events.list()).data).toEqual(told);
    expect(await after.disputes.retrieve(dispute?.id ?? '')).toMatchObject({ status: 'won' });
    expect(await after.reviews.retrieve(review?.id ?? '')).toMatchObject({ open: true });
    expect((await after.balanceTransactions.list()).data.map(({ amount }) => amount)).toEqual([
      3_000, -3_000, 3_000,
    ]);
  });
});

describe('a charge', () => {
  test('is expanded on request, with its refunds and its balance transaction', async () => {
    const { id } = await pay(5_000);
    await dashboard.refund(id, 1_250);
    const intent = await stripe.paymentIntents.retrieve(id, {
      expand: ['latest_charge.refunds', 'latest_charge.balance_transaction', 'latest_charge'],
    });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({
      object: 'charge',
      amount_captured: 5_000,
      amount_refunded: 1_250,
      refunded: false,
      disputed: false,
      refunds: { object: 'list', data: [{ amount: 1_250, charge: charge.id }] },
      balance_transaction: { object: 'balance_transaction', amount: 5_000, fee: 175, net: 4_825 },
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ payment_intent: id });
    expect((await stripe.charges.list({ payment_intent: id })).data).toMatchObject([{ id: charge.id }]);
    const listed = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge'] });
    expect(listed.data[0]?.latest_charge).toMatchObject({ amount_refunded: 1_250 });
    const refund = await stripe.refunds.list({ payment_intent: id, expand: ['data.charge'] });
    expect(refund.data[0]?.charge).toMatchObject({ id: charge.id });
    await expect(stripe.paymentIntents.retrieve(id, { expand: ['metadata'] })).rejects.toMatchObject({
      message: 'This property cannot be expanded (metadata).',
    });
  });

  test('that a key replays is shown as it was, also expanded', async () => {
    const options = { idempotencyKey: 'in full' };
    const params = {
      amount: 6_000,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      expand: ['latest_charge.balance_transaction'],
    };
    const first = await stripe.paymentIntents.create(params, options);
    await dashboard.refund(first.id);
    expect(await stripe.paymentIntents.create(params, options)).toEqual(first);
    expect(first.latest_charge).toMatchObject({ amount_refunded: 0, balance_transaction: { net: 5_796 } });
  });
});

test('the balance has a line with its fee for every movement of money, and none for authorizations', async () => {
  const alone = await openSimulator({ settleMs: 60_000 });
  const client = stripeFor(alone.url);
  const held = await pay(1_000, client, { capture_method: 'manual' });
  expect((await client.balanceTransactions.list()).data).toEqual([]);
  await alone.dashboard.capture(held.id, 800);
  const { refund } = await alone.dashboard.refund(held.id, 300);
  await alone.dashboard.failRefund(refund?.id ?? '');
  const { dispute } = await alone.dashboard.dispute(held.id);
  await alone.dashboard.closeDispute(dispute?.id ?? '', 'won');
  const debit = await pay(100_000, client, { payment_method: 'pm_usBankAccount_success' });
  await alone.dashboard.settle(debit.id);
  const { data } = await client.balanceTransactions.list({ limit: 100 });
  expect(
    data.map(({ type, reporting_category, amount, fee, net }) => [
      type,
      reporting_category,
      amount,
      fee,
      net,
    ]),
  ).toEqual([
    ['payment', 'charge', 100_000, 500, 99_500],
    ['adjustment', 'dispute_reversal', 800, 0, 800],
    ['adjustment', 'dispute', -800, 1_500, -2_300],
    ['refund_failure', 'refund_failure', 300, 0, 300],
    ['refund', 'refund', -300, 0, -300],
    ['charge', 'charge', 800, 53, 747],
  ]);
  const ofRefund = await client.balanceTransactions.list({ source: refund?.id, type: 'refund' });
  expect(ofRefund.data).toMatchObject([{ source: refund?.id, fee_details: [] }]);
  const withSource = await client.balanceTransactions.list({ type: 'charge', expand: ['data.source'] });
  expect(withSource.data[0]?.source).toMatchObject({ object: 'charge', amount_captured: 800 });
});
