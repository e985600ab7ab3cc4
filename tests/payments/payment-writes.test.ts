import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { cancelDeclinedCharge } from '#lib/payments/cancel-declined-charge.ts';
import { changePayment, lockOrder } from '#lib/payments/payment-rows.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import {
  bankCard,
  cardBody,
  declinedCard,
  expectBooksToAgree,
  type OrderInDb,
  orderOf,
} from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * A payment's row is written once per change, as the database sees it. What broke: the provider's first
 * answer lacked the fee, so each paid card's row was written again when the webhook came.
 */

const { simulator, beforeRequest } = await openPayingShop();
afterEach(async () => {
  beforeRequest(async () => undefined);
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

await db().$executeRaw`
  CREATE TABLE payment_write (number serial, transaction xid8, order_id uuid, status text, version int)`;
await db().$executeRaw`
  CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO payment_write (transaction, order_id, status, version)
    VALUES (pg_current_xact_id(), NEW.order_id, NEW.status, NEW.version);
    RETURN NULL;
  END $$`;
// The sweep and the return from the bank mark the row as asked about. That changes neither of these.
await db().$executeRaw`
  CREATE TRIGGER note_write AFTER INSERT OR UPDATE OF status, version ON payment
  FOR EACH ROW EXECUTE FUNCTION note_write()`;

/** The states in which the order's only payment was committed. Each is one write, and one version. */
async function writesOf(orderId: string): Promise<string[]> {
  await simulator.flushWebhooks();
  const writes = await db().$queryRaw<{ transaction: string; status: string; version: number }[]>`
    SELECT transaction::text, status, version FROM payment_write WHERE order_id = ${orderId}::uuid ORDER BY number`;
  expect(new Set(writes.map(({ transaction }) => transaction)).size).toBe(writes.length);
  expect(writes.map(({ version }) => version)).toEqual(writes.map((_, index) => index + 1));
  return writes.map(({ status }) => status);
}

const charges = { method: 'POST', path: '^/v1/payment_intents$' };
const keyOf = ({ userId, id }: OrderInDb) => ({ userId, orderId: id, attempt: 1 });

interface Life {
  token?: string;
  before?: () => void;
  next?: (order: OrderInDb, shopper: Shopper) => Promise<unknown>;
  writes: string[];
}

const lives: Record<string, Life> = {
  'is charged': { writes: ['created', 'succeeded'] },
  'is declined, and its charge is cancelled': {
    token: declinedCard,
    next: (order) => cancelDeclinedCharge(keyOf(order)),
    writes: ['created', 'declined'],
  },
  'is confirmed at the bank': {
    token: bankCard,
    async next({ id }, shopper) {
      const back = await answerBank(shopper, `/api/orders/${id}`, 'confirm');
      await callHandlers(back, { headers: { cookie: shopper.cookie } });
    },
    writes: ['created', 'requires_action', 'succeeded'],
  },
  'is unknown at first': {
    before: () => simulator.addFault({ kind: 'error_before', on: charges }),
    next: (order) => settleUnknownPayment(keyOf(order)),
    writes: ['created', 'unknown', 'succeeded'],
  },
  'is refunded with its order': {
    next: ({ userId, id }) => cancelOrder({ userId, id }),
    writes: ['created', 'succeeded', 'returning', 'refunded'],
  },
  'is refunded in part': {
    next: ({ userId, id: orderId }) =>
      refundOrder({
        userId,
        orderId,
        id: randomUUID(),
        amountMinor: 100,
        reason: 'late',
        actor: eva,
      }),
    // The request, and its confirmation.
    writes: ['created', 'succeeded', 'succeeded', 'succeeded'],
  },
};

for (const [index, [life, { token, before, next, writes }]] of Object.entries(lives).entries()) {
  test(`the row of a card that ${life} is written once per change`, async () => {
    const shopper = await shopperWith(callHandlers, await addProduct(`WRITES-${index}`));
    before?.();
    await shopper.order(await cardBody(shopper, token));
    const order = await orderOf(shopper);
    await next?.(order, shopper);
    expect(await writesOf(order.id)).toEqual(writes);
  });
}

test('the row of an unpaid invoice is written once when its order ends', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('INVOICE-WRITES'));
  await shopper.order(await shopper.body());
  const { userId, id } = await orderOf(shopper);
  expect(await cancelOrder({ userId, id })).toEqual({ changed: true });
  expect(await writesOf(id)).toEqual(['due', 'voided']);
});

test('the row that says that a charge may be under way is committed before the provider is asked', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('BEFORE-CHARGE'));
  let seen: string[] = [];
  beforeRequest(async () => {
    const { id } = await orderOf(shopper);
    const rows = await db().payment.findMany({ where: { orderId: id } });
    seen = rows.map(({ status }) => status);
  });
  await shopper.order(await cardBody(shopper));
  expect(seen).toEqual(['created']);
});

test('a second write for the same row that was read is refused, and the transaction with it', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('TWO-WRITES'));
  await shopper.order(await cardBody(shopper));
  const { userId, id: orderId } = await orderOf(shopper);
  const before = await writesOf(orderId);
  const twice = db().$transaction(async (tx) => {
    const [payment] = (await lockOrder(tx, { userId, orderId }))?.payments ?? [];
    if (!payment) return expect.unreachable();
    await changePayment(tx, payment, {});
    await changePayment(tx, payment, {});
  });
  await expect(twice).rejects.toMatchObject({ code: 'order_changed' });
  expect(await writesOf(orderId)).toEqual(before);
});
