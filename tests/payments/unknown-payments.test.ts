import { afterEach, expect, test } from 'vitest';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** An unknown payment is a state: it is shown, queried with the same key, and never guessed. */

const { simulator } = await openPayingShop();
const call = conforming(callHandlers);
afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

const charges = { method: 'POST', path: '^/v1/payment_intents$' };

async function unknownOrder(
  sku: string,
  token?: string,
): Promise<{ shopper: Shopper; order: OrderInDb; response: Response }> {
  const shopper = await shopperWith(call, await addProduct(sku));
  simulator.addFault({ kind: 'error_before', on: charges });
  const response = await shopper.order(await cardBody(shopper, token));
  return { shopper, order: await orderOf(shopper), response };
}

const key = ({ userId, id }: OrderInDb) => ({ userId, orderId: id, attempt: 1 });

test('an unknown payment is answered 201 and shown as unknown, and a job is queued to query it', async () => {
  const { shopper, order, response } = await unknownOrder('JOB');
  expect(response.status).toBe(201);
  expect(await (await shopper.request(`/api/orders/${order.id}`)).json()).toMatchObject({
    status: 'payment_unknown',
    cancellable: false,
    payable: null,
    payments: [{ status: 'unknown' }],
  });
  const jobs = await db().$queryRaw<{ payload: unknown; seconds: number }[]>`
    SELECT payload, extract(epoch FROM run_at - now())::float AS seconds
    FROM graphile_worker._private_jobs WHERE key = ${`settle_payment:${order.id}:1`}`;
  expect(jobs).toMatchObject([{ payload: key(order) }]);
  expect(jobs[0]?.seconds).toBeLessThan(3.1);
  await settleUnknownPayment(key(order));
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
  expect(simulator.ledger(order.id)).toHaveLength(1);
});

test('the job finds a charge that was already made before it requests one', async () => {
  const shopper = await shopperWith(call, await addProduct('FOUND'));
  simulator.addFault({ kind: 'error_stored', on: charges });
  // The provider's event would settle it first.
  simulator.addFault({ kind: 'webhook_drop', on: { type: 'succeeded' } });
  await shopper.order(await cardBody(shopper));
  const order = await orderOf(shopper);
  expect(order.status).toBe('payment_unknown');
  await settleUnknownPayment(key(order));
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
  expect(simulator.usesOfKey(`order:${order.id}:1`)).toBe(1);
});

test('an unknown payment that turns out to be declined leaves an order that waits for another card', async () => {
  const { shopper, order } = await unknownOrder('THEN-DECLINED', 'pm_card_chargeDeclined');
  await settleUnknownPayment(key(order));
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'declined' }],
  });
});

test('an answer stays the same: the submission is 201 even if the card is declined later', async () => {
  const shopper = await shopperWith(call, await addProduct('LASTS'));
  const body = await cardBody(shopper, 'pm_card_chargeDeclined');
  simulator.addFault({ kind: 'error_before', on: charges });
  const bytes = await (await shopper.order(body)).text();
  await settleUnknownPayment(key(await orderOf(shopper)));
  const again = await shopper.order(body);
  expect([again.status, await again.text()]).toEqual([201, bytes]);
});

test('the job fails while the result is unknown, and is retried', async () => {
  const { shopper, order } = await unknownOrder('STILL');
  simulator.addFault({ kind: 'error_before', times: 20 });
  await expect(settleUnknownPayment(key(order))).rejects.toThrow('still unknown');
  expect((await orderOf(shopper)).status).toBe('payment_unknown');
  simulator.clearFaults();
  await settleUnknownPayment(key(order));
  expect((await orderOf(shopper)).status).toBe('paid');
});

test('after a day a charge that the provider does not know was never made: the key is not used again', async () => {
  const { shopper, order } = await unknownOrder('DAY');
  await db().$executeRaw`
    UPDATE payment SET created_at = now() - interval '24 hours' WHERE order_id = ${order.id}::uuid`;
  await settleUnknownPayment(key(order));
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_declined',
    payments: [{ status: 'declined' }],
  });
  expect(simulator.ledger(order.id)).toEqual([]);
});

test('a key that was used for other parameters, with no charge to be found, stays unknown and charges nothing', async () => {
  const { shopper, order } = await unknownOrder('SPENT');
  await stripeFor(simulator.url).paymentIntents.create(
    { amount: 1_234, currency: 'usd', metadata: { order_id: order.id } },
    { idempotencyKey: `order:${order.id}:1` },
  );
  await expect(settleUnknownPayment(key(order))).rejects.toThrow('still unknown');
  expect(await orderOf(shopper)).toMatchObject({
    status: 'payment_unknown',
    payments: [{ status: 'unknown' }],
  });
  expect(simulator.ledger(order.id).filter(({ live }) => live)).toEqual([]);
});

test('jobs, sweeps and replays at the same time make one charge', async () => {
  const shopper = await shopperWith(call, await addProduct('ALL-AT-ONCE'));
  const body = await cardBody(shopper);
  simulator.addFault({ kind: 'error_before', on: charges });
  await shopper.order(body);
  const order = await orderOf(shopper);
  await db()
    .$executeRaw`UPDATE payment SET updated_at = now() - interval '1 minute' WHERE order_id = ${order.id}::uuid`;
  await Promise.all([
    ...Array.from({ length: 5 }, () => settleUnknownPayment(key(order))),
    sweepPayments(),
    sweepPayments(),
    shopper.order(body),
  ]);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
  expect(simulator.ledger(order.id)).toHaveLength(1);
});

test('a sweep resumes payments that have no job, and leaves alone those in progress', async () => {
  const { shopper, order } = await unknownOrder('SWEPT');
  // The state that a process leaves if it dies between its commit and its charge.
  await db().$executeRaw`UPDATE payment SET status = 'created' WHERE order_id = ${order.id}::uuid`;
  await db().$executeRaw`UPDATE orders SET status = 'payment_pending' WHERE id = ${order.id}::uuid`;
  await sweepPayments();
  expect((await orderOf(shopper)).status).toBe('payment_pending');
  await db()
    .$executeRaw`UPDATE payment SET updated_at = now() - interval '1 minute' WHERE order_id = ${order.id}::uuid`;
  await sweepPayments();
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
});
