import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findOrder } from '#lib/orders/read/find-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { proveOrder } from '#scripts/order/prove-order.ts';
import type { WholeProof } from '#scripts/order/whole-proof.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { atDashboard, stripeFor } from '#tests/support/services/simulator.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** `npm run order -- proof`, as typed. */

const { simulator } = await openPayingShop();

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  await writeRecords();
  const script = path.resolve(import.meta.dirname, '..', '..', 'scripts', 'order.ts');
  const child = spawn(process.execPath, [script, 'proof', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

/** The same in this process, which takes less time to start. */
async function proofOf(named: string): Promise<WholeProof & { code: number }> {
  await writeRecords();
  const key = await findOrder(named);
  if (!key) throw new Error(`no order ${named}`);
  const { text, exitCode } = await proveOrder(key, { json: true });
  return { ...(JSON.parse(text) as WholeProof), code: exitCode };
}

async function paidOrder(sku: string) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  const body = await cardBody(shopper);
  const response = await shopper.order(body);
  const { order } = (await response.json()) as { order: { id: string; number: string } };
  return { shopper, body, ...order };
}

test('shows a paid order that was sent twice: one order, one charge, and the constraints behind them', async () => {
  const { shopper, body, id, number } = await paidOrder('TWICE');
  await shopper.order(body, { 'x-request-id': 'sent-by-a-test' });
  const typed = await run(number, '--json');
  const proof = { ...(JSON.parse(typed.out) as WholeProof), code: typed.code };
  expect(proof).toMatchObject({
    code: 0,
    order: { id, status: 'paid' },
    counts: { ordersOfToken: 1, ordersOfCart: 1, livePayments: 1 },
    submissions: [
      { kind: 'made_the_order', layer: 'order_writer', status: 201 },
      { kind: 'sent_again', layer: 'redis', status: 201, requestId: 'sent-by-a-test' },
    ],
    edge: null,
    charges: {
      holdMoney: 1,
      attempts: [
        { state: 'agrees', ours: { idempotencyKey: `order:${id}:1` }, theirs: { status: 'succeeded' } },
      ],
      strays: { state: 'searched', charges: [] },
    },
    problems: [],
    unknown: [],
  });
  const kept = proof.constraints.map(({ table, definition, kept: is }) => `${is} ${table}: ${definition}`);
  expect(kept).toContain('true orders: UNIQUE (user_id, submit_token)');
  expect(kept).toContain('true orders: UNIQUE (user_id, cart_id)');
  expect(kept).toContain('true stock: CHECK ((available >= 0))');
  expect(kept.filter((one) => one.startsWith('true payment: UNIQUE (user_id, order_id) WHERE'))).toHaveLength(
    1,
  );
  const { text } = await proveOrder({ userId: shopper.userId, orderId: id }, {});
  expect(text).toContain('One order, at most one charge, and everything agrees.');
  for (const personal of [address.name, address.line1, 'ada@example.com', body.submitToken]) {
    expect(typed.out + text).not.toContain(personal);
  }
});

test('shows the declined attempt, the next one, and the other tab', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('STORY'));
  const tab = await shopper.body({ shippingMethod: 'express' });
  await shopper.order(await cardBody(shopper, declinedCard));
  const { id } = await orderOf(shopper);
  await shopper.send('POST', `/api/orders/${id}/payments`, {
    attempt: 2,
    method: 'card',
    token: 'pm_card_visa',
  });
  await shopper.order(tab);
  const proof = await proofOf(id);
  expect(proof).toMatchObject({
    code: 0,
    submissions: [
      { kind: 'made_the_order', outcome: 'payment_declined' },
      { kind: 'next_attempt', attempt: 2 },
      { kind: 'another_page', outcome: 'already_ordered' },
    ],
    charges: {
      holdMoney: 1,
      attempts: [{ state: 'agrees', ours: { status: 'declined' } }, { state: 'agrees' }],
    },
  });
});

test('an order that the provider does not confirm differs, and the exit code says so', async () => {
  const { id } = await paidOrder('DIFFERS');
  await db().$executeRaw`UPDATE payment SET refunded_minor = 5 WHERE order_id = ${id}::uuid`;
  const { code, problems } = await proofOf(id);
  expect([code, problems]).toEqual([1, [expect.stringContaining('attempt 1: of ours 5 minor units')]]);
});

test('a second charge of the order at the provider is found', async () => {
  const { shopper, id } = await paidOrder('STRAY');
  const { id: ref } = await stripeFor(simulator.url, simulator.secretKey).paymentIntents.create({
    amount: 1_799,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    allowed_payment_method_types: ['card'],
    metadata: { user_id: shopper.userId, order_id: id, attempt: '2' },
  });
  const { code, problems } = await proofOf(id);
  expect(code).toBe(1);
  expect(problems).toContain(`charge ${ref} (succeeded) belongs to no attempt here`);
  expect(problems).toContain('2 charges hold money at the provider');
});

test('a refund and a dispute are shown on both sides', async () => {
  const { id } = await paidOrder('DISPUTED');
  const [payment] = await db().payment.findMany({ where: { orderId: id } });
  const charge = { payment_intent: payment?.providerRef ?? '' };
  await atDashboard(simulator.url, 'refund', { ...charge, amount: 500 });
  await atDashboard(simulator.url, 'dispute', charge);
  await simulator.flushWebhooks();
  const { charges } = await proofOf(id);
  expect(charges.attempts).toMatchObject([
    {
      state: 'agrees',
      ours: { refundedMinor: 500, refunds: [{ status: 'succeeded' }], disputes: [{ status: 'open' }] },
      theirs: { refundedMinor: 500, refunds: [{ amountMinor: 500 }], disputes: [{ status: 'open' }] },
    },
  ]);
});

test('without an answer of the provider it says so, and exits with 2', async () => {
  const { id } = await paidOrder('SILENT');
  simulator.addFault({ kind: 'error_before', times: 50 });
  const { code, unknown, charges } = await proofOf(id);
  simulator.clearFaults();
  expect([code, unknown[0]]).toEqual([2, 'attempt 1: the provider gave no answer']);
  expect(charges).toMatchObject({ attempts: [{ state: 'no_answer' }], strays: { state: 'no_answer' } });
});

test('a missing constraint is named', async () => {
  const { id } = await paidOrder('LOOSE');
  await db().$executeRaw`DROP INDEX payment_one_live`;
  const { code, problems } = await proofOf(id);
  expect([code, problems]).toEqual([1, [expect.stringContaining('an order has one live payment')]]);
});

test('an access log that can’t be read is reported in words', async () => {
  const { id } = await paidOrder('NOLOG');
  expect(await run(id, '--edge-log', '/nowhere.log')).toMatchObject({
    code: 1,
    err: expect.stringContaining("--edge-log /nowhere.log can't be read (ENOENT)"),
  });
});
