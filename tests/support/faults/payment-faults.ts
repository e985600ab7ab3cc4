import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import type { Fault } from '#proof/simulator/faults.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import type { PayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/**
 * Every fault of the provider under one way of submitting: one submission, several concurrent ones, or the
 * webhook first. In every case the provider's books and ours agree, there is one order and one charge, and
 * the same submission keeps getting its answer. The rows of docs/payments.md are these tests.
 */

const call = conforming(callHandlers);

const charges = { method: 'POST', path: '^/v1/payment_intents$' };

const faults: Record<string, Fault[]> = {
  'no fault': [],
  'a time-out before the charge': [{ kind: 'timeout_before', on: charges }],
  'a time-out after the charge': [{ kind: 'timeout_after', on: charges }],
  'a reply that is lost': [{ kind: 'reply_lost', on: charges }],
  'a reply that is lost twice': [{ kind: 'reply_lost', times: 2, on: charges }],
  'a connection that is reset before the charge': [{ kind: 'reset_before', times: 2, on: charges }],
  'a 500 after the charge': [{ kind: 'error_after', on: charges }],
  'a 500 that its key keeps': [{ kind: 'error_stored', on: charges }],
  'a 500 before the charge': [{ kind: 'error_before', on: charges }],
  'a 429': [{ kind: 'rate_limited', on: charges }],
  'a slow answer': [{ kind: 'slow', ms: 1_500, on: charges }],
  'webhooks that come twice': [{ kind: 'webhook_duplicate', times: 9 }],
  'webhooks out of order': [{ kind: 'webhook_reorder', times: 9 }],
  'webhooks that never come': [
    { kind: 'webhook_drop', times: 9 },
    { kind: 'timeout_after', on: charges },
  ],
  'webhooks that come late': [
    { kind: 'webhook_delay', ms: 700, times: 9 },
    { kind: 'error_after', on: charges },
  ],
};

/** How the submission is sent. Resolves with all answers. */
type Way = (shopper: Shopper, body: OrderBody) => Promise<Response[]>;

let count = 0;
const nextSku = () => addProduct(`FAULT-${++count}`, { available: 9 });

/** Runs the whole table for one way. The shop must be opened for this file alone. */
export function describePaymentFaults({ simulator, beforeReply }: PayingShop, name: string, way: Way): void {
  beforeEach(() => beforeReply(async () => undefined));
  afterEach(async () => {
    simulator.clearFaults();
    await expectBooksToAgree(simulator);
  });

  /** Runs the jobs that would run in time: query unknown charges, and sweep abandoned payments. */
  const inTime = async ({ userId, id: orderId }: OrderInDb) => {
    await settleUnknownPayment({ userId, orderId, attempt: 1 });
    await db()
      .$executeRaw`UPDATE payment SET updated_at = now() - interval '1 hour' WHERE order_id = ${orderId}::uuid`;
    await sweepPayments();
    await simulator.flushWebhooks();
  };

  describe(name, () => {
    test.each(Object.keys(faults))('%s: one order, one charge, one answer', async (fault) => {
      const sku = await nextSku();
      const shopper = await shopperWith(call, sku);
      const body = await cardBody(shopper);
      for (const one of faults[fault] ?? []) simulator.addFault(one);
      const answers = await way(shopper, body);
      // Requests during the work were told to retry, and no request was told of a failure.
      expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
      expect(answers.some(({ status }) => status === 201)).toBe(true);
      const before = await orderOf(shopper);
      expect(['paid', 'payment_unknown']).toContain(before.status);
      await inTime(before);
      const order = await orderOf(shopper);
      expect(order).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
      expect(simulator.ledger(order.id)).toMatchObject([{ captured: order.totalMinor, live: true }]);
      const replay = await shopper.orderUntilSettled(body);
      expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
      expect(await db().order.count({ where: { userId: order.userId } })).toBe(1);
      expect(await availableOf(sku)).toBe(8);
    });

    test.each(Object.keys(faults))('%s, and the card is declined: nothing is charged', async (fault) => {
      const shopper = await shopperWith(call, await nextSku());
      const body = await cardBody(shopper, declinedCard);
      for (const one of faults[fault] ?? []) simulator.addFault(one);
      const answers = await way(shopper, body);
      expect(answers.filter(({ status }) => ![201, 402, 409].includes(status))).toEqual([]);
      const before = await orderOf(shopper);
      await inTime(before);
      const order = await orderOf(shopper);
      expect(order).toMatchObject({ status: 'payment_declined', payments: [{ status: 'declined' }] });
      expect(simulator.ledger(order.id).filter(({ live }) => live)).toEqual([]);
      // A replay repeats the first result: accepted or declined.
      const replay = await shopper.orderUntilSettled(body);
      expect(replay.status).toBe(order.accepted ? 201 : 402);
    });
  });
}
