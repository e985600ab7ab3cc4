import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { enter, isBusy } from '#lib/checkout/gateway/admission.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/** Card payments while others act at the same moment: duplicates, other processes and other orders. */

const { simulator, beforeReply } = await openPayingShop();
const call = conforming(callHandlers);
afterEach(async () => {
  beforeReply(async () => undefined);
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

describe('POST /api/orders with a card', () => {
  test('a duplicate that stops waiting for another claim is not accepted before the card is charged', async () => {
    // What broke, found by the model: a duplicate waited 2 s behind another process's claim. The order
    // existed by then, so the duplicate was told 201. The card was declined a moment later.
    const shopper = await shopperWith(call, await addProduct('IMPATIENT'));
    const body = await cardBody(shopper, declinedCard);
    beforeReply(() => sleep(3_000));
    // A second submission under the same claim, as from another process.
    const answers = await Promise.all([
      shopper.order(body),
      sleep(200).then(() => shopper.order({ ...body, confirmDuplicate: true })),
    ]);
    beforeReply(async () => undefined);
    expect(answers.map(({ status }) => status)).toEqual([402, 402]);
  });

  test('a refusal that arrives while others write about the payment is looked up again before it is reported', async () => {
    const shopper = await shopperWith(call, await addProduct('BUSY'));
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    beforeReply(
      () => db().$executeRaw`UPDATE payment SET version = version + 1 WHERE status IN ('created', 'unknown')`,
    );
    const body = await cardBody(shopper, declinedCard);
    const answer = await shopper.order(body);
    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'in_progress' }]);
    expect(answer.headers.get('location')).toBe(`/api/submissions/${body.submitToken}`);
    beforeReply(async () => undefined);
    expect((await shopper.order(body)).status).toBe(402);
  });

  test('money that was taken is recorded even if a concurrent write says that there is none', async () => {
    // What broke, found by a review: the answer arrived after the row had changed to an ended state, so the
    // provider's "succeeded" was dropped. The shopper was told 402 and charged all the same.
    const shopper = await shopperWith(call, await addProduct('FORGOTTEN'));
    const reply = Promise.withResolvers<void>();
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    beforeReply(() => reply.promise);
    const answer = shopper.order(await cardBody(shopper));
    await expect
      .poll(async () => simulator.ledger((await orderOf(shopper).catch(() => undefined))?.id ?? ''))
      .toHaveLength(1);
    const { id } = await orderOf(shopper);
    await db().$executeRaw`
      UPDATE payment SET status = 'declined', version = version + 1 WHERE order_id = ${id}::uuid`;
    await db().$executeRaw`
      UPDATE orders SET status = 'payment_declined', version = version + 1 WHERE id = ${id}::uuid`;
    reply.resolve();
    expect((await answer).status).toBe(201);
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
  });

  test('an order whose provider is slow takes no slot from other orders', async () => {
    const shopper = await shopperWith(call, await addProduct('ROOM'));
    const body = await cardBody(shopper);
    const reply = Promise.withResolvers<void>();
    beforeReply(() => reply.promise);
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    const crowd = Array.from({ length: 1_023 }, enter);
    const answer = shopper.order(body);
    await expect
      .poll(() =>
        orderOf(shopper).then(
          ({ status }) => status,
          () => 'none',
        ),
      )
      .toBe('payment_pending');
    await expect.poll(() => isBusy({ isForm: false })).toBe(false);
    for (const leave of crowd) leave();
    reply.resolve();
    expect((await answer).status).toBe(201);
  });

  test('two tabs of one cart, one by card and one by invoice, make one order', async () => {
    const shopper = await shopperWith(call, await addProduct('TWOWAYS'));
    const first = await cardBody(shopper);
    const second = await shopper.body({ shippingMethod: 'express' });
    const statuses = (await Promise.all([shopper.order(first), shopper.order(second)])).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([200, 201]);
    expect((await orderOf(shopper)).payments).toHaveLength(1);
  });

  test('a hundred equal submissions at the same time are one order and one charge', async () => {
    const shopper = await shopperWith(call, await addProduct('HUNDRED', { available: 3 }));
    const body = await cardBody(shopper);
    const answers = await Promise.all(Array.from({ length: 100 }, () => shopper.orderUntilSettled(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    const { id } = await orderOf(shopper);
    expect(simulator.ledger(id)).toHaveLength(1);
    expect(await availableOf('HUNDRED')).toBe(2);
  });
});
