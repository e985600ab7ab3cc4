import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  atDashboard,
  openSimulator,
  plantOver,
  simulatorFolder,
  stripeFor,
} from '#tests/support/services/simulator.ts';

/** What tests put into the provider's books: charges in bulk, and actions of the past. */

const hour = 60 * 60;
const noon = Date.UTC(2026, 9, 1, 12) / 1_000;

/** The ids of a list in its order. */
async function idsOf(list: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

describe('planted charges', () => {
  test('are listed once each, newest first, in pages and in windows of time', async () => {
    const simulator = await openSimulator();
    const stripe = stripeFor(simulator.url);
    // Out of order, and eight in each second.
    const charges = Array.from({ length: 1_000 }, (_, nth) => ({
      id: `pi_${nth}`,
      amount: 1_000 + nth,
      currency: 'usd',
      createdMs: (noon + ((nth * 7) % 125)) * 1_000,
    }));
    expect(await plantOver(simulator.url, charges)).toEqual({ httpStatus: 200, planted: 1_000 });
    const expected = charges
      .map(({ id, createdMs }, nth) => ({ id, createdMs, nth }))
      .sort((one, other) => other.createdMs - one.createdMs || other.nth - one.nth)
      .map(({ id }) => id);
    expect(await idsOf(stripe.paymentIntents.list({ limit: 100 }))).toEqual(expected);
    const upward = stripe.paymentIntents.list({ limit: 100, ending_before: expected.at(-1) });
    expect((await idsOf(upward)).sort()).toEqual(expected.slice(0, -1).sort());
    const windows: string[] = [];
    for (let from = noon; from < noon + 125; from += 10) {
      const created = { gte: from, lt: from + 10 };
      for await (const { id, payment_intent } of stripe.charges.list({ created, limit: 30 })) {
        expect(id).toBe(String(payment_intent).replace('pi_', 'ch_'));
        windows.push(String(payment_intent));
      }
    }
    expect([windows.length, new Set(windows)]).toEqual([1_000, new Set(expected)]);
    const entries = await idsOf(stripe.balanceTransactions.list({ created: { gt: noon + 100 }, limit: 100 }));
    expect(entries).toEqual(expected.slice(0, 24 * 8).map((id) => id.replace('pi_', 'txn_')));
  });

  test('are paid charges with the metadata that was given, and survive the simulator', async () => {
    const dataDir = simulatorFolder();
    const before = await openSimulator({ dataDir });
    const ours = { orderId: randomUUID(), userId: randomUUID(), attempt: 2, amount: 4_599, currency: 'USD' };
    expect(
      await before.plant([
        { ...ours, createdMs: noon * 1_000 },
        { amount: 700, currency: 'eur' },
      ]),
    ).toBe(2);
    const expand = ['data.latest_charge.balance_transaction'];
    const list = async (url: string) => (await stripeFor(url).paymentIntents.list({ expand })).data;
    const shown = await list(before.url);
    expect(shown).toMatchObject([
      { amount: 700, currency: 'eur', status: 'succeeded', metadata: {} },
      {
        amount_received: 4_599,
        currency: 'usd',
        created: noon,
        metadata: { order_id: ours.orderId, user_id: ours.userId, attempt: '2' },
        latest_charge: {
          captured: true,
          created: noon,
          balance_transaction: { amount: 4_599, fee: 163, created: noon, status: 'available' },
        },
      },
    ]);
    expect(before.ledger(ours.orderId)).toMatchObject([{ captured: 4_599, live: true, elsewhere: false }]);
    await before.close();
    expect(await list((await openSimulator({ dataDir })).url)).toEqual(shown);
  });

  test('can be refunded and disputed like all others', async () => {
    const simulator = await openSimulator();
    await simulator.plant([{ id: 'pi_ours', amount: 2_000, currency: 'usd', createdMs: noon * 1_000 }]);
    const stripe = stripeFor(simulator.url);
    await stripe.refunds.create({ payment_intent: 'pi_ours', amount: 500 });
    const { dispute } = await atDashboard(simulator.url, 'dispute', { payment_intent: 'pi_ours' });
    expect(dispute).toMatchObject({ amount: 1_500, charge: 'ch_ours' });
  });

  test('answer a request with their key, and no second charge is made', async () => {
    const simulator = await openSimulator();
    const charge = { id: 'pi_known', amount: 2_000, currency: 'usd', idempotencyKey: 'known' };
    await simulator.plant([
      charge,
      { ...charge, id: 'pi_old', idempotencyKey: 'old', createdMs: noon * 1_000 },
    ]);
    const pay = (idempotencyKey: string) =>
      stripeFor(simulator.url).paymentIntents.create(
        {
          amount: 2_000,
          currency: 'usd',
          confirm: true,
          payment_method: 'pm_card_visa',
          return_url: 'https://x.test',
        },
        { idempotencyKey },
      );
    expect((await pay('known')).id).toBe('pi_known');
    // Stripe forgets a key after a day.
    expect((await pay('old')).id).not.toBe('pi_old');
    expect(simulator.ledger()).toHaveLength(3);
  });

  test.each([
    [{ amount: 10, currency: 'usd' }, 'Amount must be at least $0.50 usd'],
    [{ amount: 1_000.5, currency: 'usd' }, 'its amount is not valid'],
    [{ amount: 1_000 }, 'its currency is not valid'],
    [{ amount: 1_000, currency: 'usd', orderid: 'x' }, 'orderid is unknown'],
    [{ amount: 1_000, currency: 'usd', id: 'pi_first' }, 'its id is not the only one'],
    [{ amount: 1_000, currency: 'usd', id: 'pi_taken' }, 'its id is taken'],
    ['null', 'its amount is not valid'],
  ])('are refused all together for one that is wrong: %j', async (wrong, why) => {
    const simulator = await openSimulator();
    const good = { amount: 1_000, currency: 'usd' };
    await simulator.plant([{ ...good, id: 'pi_taken' }]);
    expect(await plantOver(simulator.url, [{ ...good, id: 'pi_first' }, '', wrong])).toMatchObject({
      httpStatus: 400,
      error: { message: `Charge 2 is not planted: ${why}.` },
    });
    expect(await plantOver(simulator.url, [good, '{'])).toMatchObject({ httpStatus: 400 });
    expect(simulator.ledger()).toHaveLength(1);
  });
});

describe('an action of the dashboard', () => {
  test('happened when the test says, as its objects, entries and events show', async () => {
    const { url } = await openSimulator();
    const stripe = stripeFor(url);
    const act = (action: string, created: number, params: Parameters<typeof atDashboard>[2]) =>
      atDashboard(url, action, { ...params, created });
    const { payment_intent: intent } = await act('charge', noon, {
      amount: 3_000,
      'metadata[order_id]': 'o',
    });
    const held = await act('charge', noon + 1, { capture_method: 'manual' });
    await act('cancel', noon + 2, { payment_intent: held.payment_intent.id });
    await act('refund', noon + hour, { payment_intent: intent.id, amount: 100, 'metadata[refund_id]': 'r' });
    await act('dispute', noon + 2 * hour, { payment_intent: intent.id });
    await act('charge', noon + 3 * hour, { amount: 3_000, 'metadata[order_id]': 'o' });
    const during = { created: { gte: noon, lte: noon + 3 * hour } };
    expect((await stripe.charges.list(during)).data).toMatchObject([
      { created: noon + 3 * hour, metadata: { order_id: 'o' } },
      { created: noon + 1, captured: false },
      { created: noon, metadata: { order_id: 'o' } },
    ]);
    expect((await stripe.paymentIntents.retrieve(held.payment_intent.id)).canceled_at).toBe(noon + 2);
    expect((await stripe.refunds.list(during)).data).toMatchObject([
      { created: noon + hour, metadata: { refund_id: 'r' } },
    ]);
    expect((await stripe.disputes.list(during)).data).toMatchObject([{ created: noon + 2 * hour }]);
    const entries = (await stripe.balanceTransactions.list(during)).data;
    expect(entries.map(({ amount, created }) => [amount, created - noon])).toEqual([
      [3_000, 3 * hour],
      [-2_900, 2 * hour],
      [-100, hour],
      [3_000, 0],
    ]);
    const events = (await stripe.events.list({ ...during, limit: 100 })).data;
    expect(events.map(({ created }) => created - noon)).toEqual([
      ...[3 * hour, 2 * hour, 2 * hour, hour, hour],
      ...[2, 1, 0],
    ]);
  });
});

test('a list of charges has the declined ones of a payment, too, and a refund is of its own charge', async () => {
  const simulator = await openSimulator();
  const stripe = stripeFor(simulator.url);
  const declined = await stripe.paymentIntents
    .create({
      amount: 2_000,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_chargeDeclined',
      allowed_payment_method_types: ['card'],
    })
    .catch((error) => error.payment_intent);
  await stripe.paymentIntents.confirm(declined.id, { payment_method: 'pm_card_visa' });
  const { data } = await stripe.charges.list({ payment_intent: declined.id });
  expect(data.map(({ id, status }) => [id === declined.latest_charge, status])).toEqual([
    [false, 'succeeded'],
    [true, 'failed'],
  ]);
  expect(await idsOf(stripe.charges.list())).toEqual(data.map(({ id }) => id));
  expect(await stripe.charges.retrieve(declined.latest_charge)).toMatchObject({
    failure_code: 'card_declined',
  });
  await stripe.refunds.create({ payment_intent: declined.id });
  expect((await stripe.refunds.list({ charge: data[0]?.id })).data).toHaveLength(1);
  expect((await stripe.refunds.list({ charge: data[1]?.id })).data).toEqual([]);
});
