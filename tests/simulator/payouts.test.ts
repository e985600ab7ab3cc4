import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { atDashboard, openSimulator, simulatorFolder, stripeFor } from '#tests/support/services/simulator.ts';

/** What the provider pays out to the shop's bank account, and which entries of the balance that covers. */

const dayMs = 24 * 60 * 60_000;

async function open(options: Parameters<typeof openSimulator>[0] = {}) {
  const simulator = await openSimulator(options);
  const act = (action: string, params: Parameters<typeof atDashboard>[2] = {}) =>
    atDashboard(simulator.url, action, params);
  return { simulator, stripe: stripeFor(simulator.url), act };
}

/** A charge of three days ago, so that its money is available. */
const old = (id: string, amount: number, currency = 'usd') => ({
  id,
  amount,
  currency,
  createdMs: Date.now() - 3 * dayMs,
});

const typesOf = ({ data }: Stripe.ApiList<Stripe.BalanceTransaction>) =>
  data.map(({ type, amount, net }) => [type, amount, net]);

describe('a payout', () => {
  test('pays what is available, and its list has every entry and itself, with the sum zero', async () => {
    const { simulator, stripe, act } = await open();
    await simulator.plant([old('pi_one', 10_000), old('pi_two', 5_000)]);
    await act('charge', { amount: 7_777 });
    await act('refund', { payment_intent: 'pi_one', amount: 2_000 });
    const { dispute } = await act('dispute', { payment_intent: 'pi_two' });
    const { payouts } = await act('payout');
    // The fees: 320, 175, and 1500 for the dispute.
    const amount = 10_000 - 320 + 5_000 - 175 - 2_000 - 5_000 - 1_500;
    expect(payouts).toMatchObject([
      { object: 'payout', amount, currency: 'usd', status: 'paid', automatic: true, failure_code: null },
    ]);
    const [{ id, balance_transaction }] = payouts;
    expect(await stripe.payouts.retrieve(id)).toEqual(expect.objectContaining(payouts[0]));
    const entries = await stripe.balanceTransactions.list({ payout: id, limit: 100 });
    expect(entries.data[0]).toMatchObject({ id: balance_transaction, source: id, status: 'available' });
    expect(typesOf(entries)).toEqual([
      ['payout', -amount, -amount],
      ['adjustment', -5_000, -6_500],
      ['refund', -2_000, -2_000],
      ['charge', 5_000, 4_825],
      ['charge', 10_000, 9_680],
    ]);
    expect(entries.data.reduce((sum, { net }) => sum + net, 0)).toBe(0);
    const ofDispute = await stripe.balanceTransactions.list({ payout: id, source: dispute.id });
    expect(typesOf(ofDispute)).toEqual([['adjustment', -5_000, -6_500]]);
    expect((await act('payout')).payouts).toEqual([]);
    await expect(stripe.balanceTransactions.list({ payout: 'po_nothing' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
  });

  test('includes pending money on request, and money of a card that is available immediately anyway', async () => {
    const { act, stripe } = await open();
    await act('charge', { amount: 1_000, payment_method: 'pm_card_bypassPending' });
    await act('charge', { amount: 2_000 });
    expect((await act('payout')).payouts).toMatchObject([{ amount: 1_000 - 59 }]);
    const [pending] = (await stripe.balanceTransactions.list({ type: 'charge' })).data;
    expect(pending).toMatchObject({ amount: 2_000, status: 'pending' });
    const later = await act('payout', { available_by: pending?.available_on ?? 0 });
    expect(later.payouts).toMatchObject([{ amount: 2_000 - 88 }]);
  });

  test('is one for each currency, and waits while a balance is negative', async () => {
    const { simulator, act } = await open();
    await simulator.plant([old('pi_usd', 1_000), old('pi_eur', 2_000, 'eur'), old('pi_gbp', 500, 'gbp')]);
    await act('dispute', { payment_intent: 'pi_gbp' });
    const { payouts } = await act('payout');
    expect(payouts.map(({ currency, amount }: Stripe.Payout) => [currency, amount])).toEqual([
      ['usd', 1_000 - 59],
      ['eur', 2_000 - 88],
    ]);
    await simulator.plant([old('pi_more', 9_000, 'gbp')]);
    expect((await act('payout', { currency: 'GBP' })).payouts).toMatchObject([
      { currency: 'gbp', amount: 500 - 45 - 500 - 1_500 + 9_000 - 291 },
    ]);
  });

  test('that fails, even after it was paid, returns its money to the next payout', async () => {
    const { simulator, stripe, act } = await open();
    await simulator.plant([old('pi_one', 10_000)]);
    const { payouts } = await act('payout', { status: 'pending' });
    const [{ id, amount }] = payouts;
    expect((await act('payout/pay', { payout: id })).payout).toMatchObject({ id, status: 'paid' });
    expect((await act('payout/pay', { payout: id })).httpStatus).toBe(400);
    const failed = await act('payout/fail', { payout: id, reason: 'no_account' });
    expect(failed.payout).toMatchObject({ id, status: 'failed', failure_code: 'no_account' });
    expect((await act('payout/fail', { payout: id })).httpStatus).toBe(400);
    expect(typesOf(await stripe.balanceTransactions.list({ source: id }))).toEqual([
      ['payout_failure', amount, amount],
      ['payout', -amount, -amount],
    ]);
    const [again] = (await act('payout')).payouts;
    expect(again.amount).toBe(amount);
    expect(typesOf(await stripe.balanceTransactions.list({ payout: again.id }))).toEqual([
      ['payout', -amount, -amount],
      ['payout_failure', amount, amount],
    ]);
    const { data: events } = await stripe.events.list({ type: 'payout.*' });
    expect(events.map(({ type, data }) => [type, (data.object as Stripe.Payout).status])).toEqual([
      ['payout.paid', 'paid'],
      ['payout.created', 'paid'],
      ['payout.failed', 'failed'],
      ['payout.paid', 'paid'],
      ['payout.created', 'pending'],
    ]);
    expect((await stripe.payouts.list({ status: 'failed' })).data).toMatchObject([{ id }]);
  });

  test('survives the simulator, with its entries, also when it failed', async () => {
    const dataDir = simulatorFolder();
    const { simulator, act } = await open({ dataDir });
    await simulator.plant([old('pi_one', 10_000), old('pi_two', 20_000, 'eur')]);
    const [usd, eur] = (await act('payout')).payouts;
    await act('payout/fail', { payout: usd.id });
    await act('charge', { amount: 4_000 });
    const shown = async (client: Stripe) => [
      (await client.payouts.list()).data,
      (await client.balanceTransactions.list({ payout: usd.id })).data,
      (await client.balanceTransactions.list({ payout: eur.id })).data,
      (await client.balanceTransactions.list()).data,
    ];
    const before = await shown(stripeFor(simulator.url));
    await simulator.kill();
    const after = await open({ dataDir });
    expect(await shown(after.stripe)).toEqual(before);
    // The failed payout and nothing else is on the balance.
    expect((await after.act('payout')).payouts).toMatchObject([{ amount: usd.amount, currency: 'usd' }]);
  });

  test('is listed by time and arrival, and its objects are expanded', async () => {
    const { simulator, stripe, act } = await open();
    const noon = Date.UTC(2026, 9, 1, 12) / 1_000;
    await simulator.plant([
      { id: 'pi_one', amount: 3_000, currency: 'usd', createdMs: (noon - 5 * 86_400) * 1_000 },
    ]);
    const refund = await act('refund', { payment_intent: 'pi_one', amount: 300, created: noon - 60 });
    await act('payout', { created: noon, status: 'pending' });
    const { data } = await stripe.payouts.list({
      created: { gte: noon, lt: noon + 1 },
      arrival_date: { gte: noon, lte: noon + 2 * 86_400 },
      expand: ['data.balance_transaction'],
    });
    expect(data).toMatchObject([{ created: noon, balance_transaction: { type: 'payout', amount: -2_583 } }]);
    expect((await stripe.payouts.list({ arrival_date: { lt: noon } })).data).toEqual([]);
    const entries = await stripe.balanceTransactions.list({
      payout: data[0]?.id,
      expand: ['data.source', 'data.source.payment_intent'],
    });
    expect(entries.data.map(({ source }) => source)).toMatchObject([
      { object: 'payout', id: data[0]?.id },
      { object: 'refund', id: refund.refund.id, payment_intent: { object: 'payment_intent', id: 'pi_one' } },
      { object: 'charge', id: 'ch_one', payment_intent: { object: 'payment_intent', id: 'pi_one' } },
    ]);
  });
});
