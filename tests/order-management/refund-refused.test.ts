import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import {
  call,
  cancel,
  dashboard,
  keyOf,
  mailsOf,
  nextSku,
  payAgain,
  refund,
  refunded,
  run,
  said,
  settleRefunds,
  simulator,
} from '#tests/order-management/failed-refunds.ts';
import { cardBody, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva, settling } from '#tests/support/shop/actors.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/** Refunds that the provider refuses, and disputes that are lost. */

/** An order of $17.49 that its card has paid. */
async function paid(token?: string) {
  const shopper = await shopperWith(call, await addProduct(nextSku(), { available: 5 }));
  await shopper.order(await cardBody(shopper, token));
  await simulator.flushWebhooks();
  simulator.addFault({ kind: 'webhook_drop', times: 200 });
  const order = await orderOf(shopper);
  return { shopper, order, ref: order.payments[0]?.providerRef ?? '' };
}

/** The refund that the shop requested fails. */
async function oursFails({ id: orderId }: OrderInDb) {
  const ours = await db().refund.findFirstOrThrow({ where: { orderId, origin: 'shop' } });
  await dashboard.failRefund(ours.providerRef ?? '');
  await pollEvents();
}

// What broke, found by an attacker: each refund was of the money that the provider refuses to refund, and
// failed.
describe('of money that the provider refuses to refund, beside the attempt that pays the order', () => {
  /** A bank disputes the charge of attempt 1, which is owed to the shopper. Attempt 2 pays. */
  async function keptBesidePaid() {
    const it = await refunded();
    expect((await payAgain(it.shopper, it.order)).status).toBe(201);
    await dashboard.failRefund(it.refundIds[0] ?? '');
    const { dispute } = await dashboard.dispute(it.ref, {});
    await pollEvents();
    await settleRefunds(it.order);
    return { ...it, disputeId: dispute?.id ?? '' };
  }

  /** Once the dispute is won, the shop requests the refund that is owed, and the provider pays it. */
  async function isWon({ order, disputeId }: { order: OrderInDb; disputeId: string }) {
    await dashboard.closeDispute(disputeId, 'won');
    await pollEvents();
    await settleRefunds(order);
  }

  /** That refund fails once more, but by now the provider would refund the money. */
  async function isWonAndFails(it: { order: OrderInDb; disputeId: string }) {
    await isWon(it);
    const ours = await db().refund.findFirstOrThrow({
      where: { orderId: it.order.id, attempt: 1, status: 'succeeded', origin: 'shop' },
    });
    await dashboard.failRefund(ours.providerRef ?? '');
    await pollEvents();
  }

  const attemptsOf = async ({ id: orderId }: OrderInDb) =>
    (
      await db().refund.findMany({
        where: { orderId, actor: 'operator:eva' },
        orderBy: { createdAt: 'asc' },
      })
    ).map(({ attempt, status }) => ({ attempt, status }));

  test('a shipped order is refunded, and the refused money is tried after that', async () => {
    const it = await keptBesidePaid();
    const { shopper, order } = it;
    await fulfilOrder({ ...keyOf(order), actor: eva });
    const out = await run('refund', order.id, '--by', 'eva', '--reason', 'came back');
    expect(out).toMatch(/A refund of \$17\.49 of attempt 2 of order .* The order is refunded\./);
    await refund(order);
    expect(await attemptsOf(order)).toEqual([
      { attempt: 2, status: 'succeeded' },
      { attempt: 1, status: 'failed' },
    ]);
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded' });
    await isWon(it);
    expect(simulator.ledger(order.id)).toMatchObject([{ live: false }, { live: false }]);
  });

  test('if both are refused, they take turns', async () => {
    const it = await keptBesidePaid();
    const { order } = it;
    await fulfilOrder({ ...keyOf(order), actor: eva });
    const second = (await orderOf(it.shopper)).payments[1]?.providerRef ?? '';
    const { dispute } = await dashboard.dispute(second, {});
    await pollEvents();
    for (let time = 1; time <= 3; time += 1) await refund(order);
    expect((await attemptsOf(order)).map(({ attempt }) => attempt)).toEqual([2, 1, 2]);
    await dashboard.closeDispute(dispute?.id ?? '', 'won');
    await isWon(it);
    expect(simulator.ledger(order.id)).toMatchObject([{ live: false }, { live: true }]);
  });

  test('a refund without an attempt number never ends a good order, however often it is refused', async () => {
    const it = await keptBesidePaid();
    const { shopper, order } = it;
    await refund(order);
    await refund(order);
    expect(await attemptsOf(order)).toEqual([
      { attempt: 1, status: 'failed' },
      { attempt: 1, status: 'failed' },
    ]);
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
    await isWon(it);
  });

  test('a part of the paying attempt is refunded when the operator names it', async () => {
    const it = await keptBesidePaid();
    const { shopper, order } = it;
    const part = ['refund', order.id, '--by', 'eva', '--amount', '5', '--reason', 'goodwill'];
    expect(await run(...part)).toContain('did NOT refund it');
    const out = await run(...part, '--attempt', '2');
    expect(out).toMatch(/A refund of \$5\.00 of attempt 2 of order .* The order is paid\./);
    expect(await run(...part, '--attempt', '2')).toMatch(/refund of attempt 2 .*nothing was refunded now/);
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'returning' }, { status: 'succeeded', refundedMinor: 500 }],
    });
    await isWon(it);
  });

  test('an amount that the next attempt in turn does not hold is refused, naming the attempt that holds it', async () => {
    const it = await keptBesidePaid();
    const { order } = it;
    await isWonAndFails(it);
    await refund(order, 1_000);
    await expect(refund(order, 1_000)).rejects.toMatchObject({
      message: expect.stringMatching(
        /Of attempt 1 \$7\.49 can be refunded, and \$10\.00 cannot\. Attempt 2 holds \$17\.49/,
      ),
    });
    await expect(refund(order, undefined, 3)).rejects.toMatchObject({
      message: expect.stringContaining('Attempt 3 holds nothing'),
    });
    const part = { ...keyOf(order), id: randomUUID(), reason: 'goodwill', actor: eva };
    await refundOrder({ ...part, amountMinor: 749 });
    await expect(refundOrder({ ...part, attempt: 2 })).rejects.toMatchObject({
      code: 'key_reused',
      message: expect.stringContaining('is of attempt 1, not of attempt 2.'),
    });
  });

  test('a full refund of the paying attempt ends the order, and all remaining money is requested', async () => {
    const it = await keptBesidePaid();
    const { shopper, sku, order } = it;
    await isWonAndFails(it);
    await refund(order, undefined, 2);
    await settleRefunds(order);
    expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', endedBy: 'operator' });
    expect(simulator.ledger(order.id)).toMatchObject([{ live: false }, { live: false }]);
    expect(await availableOf(sku)).toBe(5);
  });

  test('the operator’s email names the attempt and the command for it', async () => {
    const it = await keptBesidePaid();
    const failed = (await mailsOf(it.order)).findLast(({ kind }) => kind === 'operator_refund_failed');
    expect(failed?.text).toMatch(/did not pay a refund of \$17\.49 of attempt 1 /);
    expect(failed?.text).toMatch(/npm run order -- refund \S+ --attempt 1 --amount 17\.49/);
    await isWon(it);
  });
});

// What broke, found by an attacker: after "was refunded", no page and no email told of the failure.
describe('a failed refund of the shop', () => {
  test('of a shipped order is reported to its shopper', async () => {
    const { order } = await paid();
    await fulfilOrder({ ...keyOf(order), actor: eva });
    await refund(order);
    expect((await mailsOf(order)).at(-1)?.text).toContain('$17.49 was refunded to the card');
    await oursFails(order);
    expect(await said(order)).toContain('Your refund of $17.49 could not be made yet.');
    expect(await mailsOf(order)).toContainEqual({
      kind: 'refund_failed',
      text: expect.stringContaining('Your refund of $17.49 could not be made yet.'),
    });
  });

  test('of a part is reported until another refund covers it', async () => {
    const { order } = await paid();
    await refund(order, 500);
    await oursFails(order);
    expect(await said(order)).toMatch(
      /^\$17\.49 is paid by card.*Your refund of \$5\.00 could not be made yet/,
    );
    await refund(order, 500);
    const text = await said(order);
    expect(text).toContain('$5.00 of your payment was refunded.');
    expect(text).not.toContain('could not be made');
    // By the time of this notification the failure is over.
    expect((await mailsOf(order)).map(({ kind }) => kind)).not.toContain('refund_failed');
  });

  // What broke, found by an attacker: an email said that a refund could not be made, although it was paid.
  test('is not confused with another refund of its order in emails that are written late', async () => {
    const { shopper, order, ref } = await paid();
    const { refund: part } = await dashboard.refund(ref, 500);
    await pollEvents();
    await cancel(shopper, order);
    await dashboard.failRefund(part?.id ?? '');
    await pollEvents();
    const mails = await mailsOf(order);
    const cancelled = mails.find(({ kind }) => kind === 'cancelled')?.text;
    expect(cancelled).toContain('$12.49 of your payment was refunded.');
    // The shop has requested again what its owner wanted to refund.
    expect(cancelled).toContain('A refund of $5.00 is requested.');
    for (const { text } of mails) expect(text).not.toMatch(/could not be made|getting it ready/);
    await settleRefunds(order);
    expect((await mailsOf(order)).at(-1)).toMatchObject({ kind: 'refunded' });
  });
});

// What broke, found by an attacker: emails said "declined, nothing was charged", then "came after that", of a
// card that was charged.
test('a slow refund in the dashboard, before the charge reaches its order, is described correctly', async () => {
  const shopper = await shopperWith(call, await addProduct(nextSku(), { available: 5 }));
  simulator.addFault({ kind: 'reply_lost', on: { method: 'POST', path: '^/v1/payment_intents$' }, times: 2 });
  simulator.addFault({ kind: 'webhook_drop', times: 200 });
  const body = await cardBody(shopper, 'pm_card_pendingRefund');
  await shopper.order(body);
  const unknown = await orderOf(shopper);
  await dashboard.refund(simulator.ledger(unknown.id)[0]?.paymentIntent ?? '');
  await settlePayment({ key: { ...keyOf(unknown), attempt: 1 }, ask: queryCharge, actor: settling });
  const order = await orderOf(shopper);
  expect(order).toMatchObject({ status: 'payment_declined', payments: [{ status: 'returning' }] });
  expect(await said(order)).toMatch(/^Your card was charged\. .*A refund of \$17\.49 is requested/);
  const asked = (await mailsOf(order)).find(({ kind }) => kind === 'payment_declined')?.text;
  expect(asked).toMatch(/Your card was charged\. .*A refund of \$17\.49 is requested/);
  await cancel(shopper, order);
  const cancelled = (await mailsOf(order)).find(({ kind }) => kind === 'cancelled')?.text;
  expect(cancelled).toContain('A refund of $17.49 is requested.');
  const { providerRef } = await db().refund.findFirstOrThrow({ where: { orderId: order.id } });
  await dashboard.settle(providerRef ?? '');
  await pollEvents();
  expect(await said(order)).toContain('Your card was charged $17.49 before that. It was refunded.');
  expect((await mailsOf(order)).at(-1)).toMatchObject({ kind: 'money_returned' });
  for (const { text } of await mailsOf(order)) expect(text).not.toMatch(/came after|othing was charged/);
});

describe('a dispute that is lost', () => {
  // What broke, found by an attacker: fulfilment refused with "A dispute of its payment was lost" although
  // the order's own money was there.
  test('of an attempt that did not pay the order does not block shipping', async () => {
    const { shopper, order, ref } = await refunded();
    expect((await payAgain(shopper, order)).status).toBe(201);
    const { dispute } = await dashboard.dispute(ref, { amount: 1_749 });
    await dashboard.closeDispute(dispute?.id ?? '', 'lost');
    await pollEvents();
    expect(await db().dispute.count({ where: { orderId: order.id, status: 'lost' } })).toBe(1);
    expect(await fulfilOrder({ ...keyOf(order), actor: eva })).toEqual({ changed: true });
  });

  // What broke, found by an attacker: the full amount was requested and refused, and the page named a dispute
  // that was over.
  test('of a part: if the provider refuses the refund, only the rest is reported as kept', async () => {
    const shopper = await shopperWith(call, await addProduct('LOST-PART', { available: 5 }));
    await shopper.order(await cardBody(shopper));
    await simulator.flushWebhooks();
    const order = await orderOf(shopper);
    const { dispute } = await dashboard.dispute(order.payments[0]?.providerRef ?? '', { amount: 1_000 });
    await dashboard.closeDispute(dispute?.id ?? '', 'lost');
    await pollEvents();
    expect((await cancel(shopper, order)).status).toBe(200);
    const [asked] = await db().refund.findMany({ where: { orderId: order.id } });
    expect(asked).toMatchObject({ amountMinor: 749, status: 'failed' });
    expect(await said(order)).toContain('Your refund of $7.49 could not be made yet.');
  });
});
