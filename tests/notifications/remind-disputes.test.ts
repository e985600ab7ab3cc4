import { expect, test } from 'vitest';
import { remindDisputes } from '#lib/notifications/remind-disputes.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { describeOrder } from '#scripts/order/describe-order.ts';
import { cardBody, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** A dispute has a deadline: the operator is reminded of it, and can look it up. */

const { simulator } = await openPayingShop({ OPERATOR_EMAIL: 'owner@shop.example' });

const inDays = (days: number) => Math.floor(Date.now() / 1_000) + days * 24 * 3_600;

async function disputed(sku: string, dueBy: number) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  await shopper.order(await cardBody(shopper));
  const order = await orderOf(shopper);
  const { dispute } = await simulator.dashboard.dispute(order.payments[0]?.providerRef ?? '', { dueBy });
  await simulator.flushWebhooks();
  const reminders = () => db().mail.findMany({ where: { orderId: order.id, kind: 'operator_dispute_due' } });
  return { order, dispute, reminders };
}

test('the operator is reminded once, three days before evidence is due', async () => {
  const [near, far] = [await disputed('NEAR', inDays(2)), await disputed('FAR', inDays(9))];
  await Promise.all([remindDisputes(), remindDisputes()]);
  await remindDisputes();
  expect(await near.reminders()).toMatchObject([
    {
      recipient: 'owner@shop.example',
      body: expect.stringContaining('Without an answer the dispute is lost.'),
    },
  ]);
  expect(await far.reminders()).toEqual([]);
});

test('a closed dispute sends no reminder', async () => {
  const { dispute, reminders } = await disputed('CLOSED', inDays(2));
  await simulator.dashboard.closeDispute(dispute?.id ?? '', 'won');
  await simulator.flushWebhooks();
  await remindDisputes();
  expect(await reminders()).toEqual([]);
});

test('a dispute that the shop has answered sends no reminder', async () => {
  // What broke: the operator was reminded, and the alert stayed, until the bank had decided.
  const { order, dispute, reminders } = await disputed('ANSWERED', inDays(2));
  await simulator.dashboard.submitEvidence(dispute?.id ?? '');
  await simulator.flushWebhooks();
  await remindDisputes();
  expect(await reminders()).toEqual([]);
  const { userId, id: orderId } = order;
  expect(await describeOrder({ userId, orderId, number: '', currency: 'USD' })).toMatch(
    /evidence until .*, and it was sent/,
  );
});

test('npm run order -- show lists the disputes of an order and their evidence deadlines', async () => {
  const dueBy = inDays(9);
  const { order, dispute } = await disputed('SHOWN', dueBy);
  const { userId, id: orderId } = order;
  const shown = await describeOrder({ userId, orderId, number: '', currency: 'USD' });
  expect(shown).toMatch(new RegExp(`dispute {2}open {2}\\$[\\d.]+ {2}fraudulent {2}${dispute?.id}`));
  expect(shown).toContain(`evidence until ${new Date(dueBy * 1_000).toISOString()}`);
});
