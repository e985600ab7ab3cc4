import { expect } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { byJob } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { lockOrderRow } from '#lib/orders/order-rows.ts';
import { settleCharge } from '#lib/payments/events/apply-event.ts';
import { db } from '#lib/platform/database/db.ts';
import { releaseStock } from '#lib/stock/release-stock.ts';
import { addProduct, withoutTriggers } from '#tests/support/shop/shop.ts';
import { metadataOf, type openReconciledShop, type PaidOrder, stranger } from './reconciled-shop.ts';

/** Every kind of discrepancy, planted in the database or at the provider. */

type Shop = Awaited<ReturnType<typeof openReconciledShop>>;

const run = (statement: string, ...values: unknown[]) => db().$executeRawUnsafe(statement, ...values);

export interface Planted {
  kind: string;
  orderId?: string | null;
  providerRef?: string | null;
  ours?: unknown;
  theirs?: unknown;
}

/** Cancels an order as the shop does, and forgets its money. */
export async function endWithoutRefund({
  userId,
  orderId,
}: Pick<PaidOrder, 'userId' | 'orderId'>): Promise<void> {
  await db().$transaction(async (tx) => {
    const order = await lockOrderRow(tx, { userId, orderId });
    if (!order) throw new Error('there is no such order');
    const { version, status: from } = order;
    const end = {
      from,
      to: 'cancelled',
      endedBy: 'hold',
      actor: byJob('expire_holds'),
      reason: 'a test',
    } as const;
    await changeOrder(tx, { userId, orderId, version, ...end });
    await releaseStock(tx, { userId, orderId });
  });
}

/** What each kind looks like when it was planted. */
export const plantsOf = ({ simulator, order, charge }: Shop): Record<string, () => Promise<Planted>> => ({
  'a charge of an order that was lost': async () => {
    const lost = stranger();
    const { id } = await charge(5_000, metadataOf(lost));
    return {
      kind: 'charge_without_order',
      ...{ orderId: lost.orderId, providerRef: id, ours: null },
      theirs: { heldMinor: 5_000, currency: 'USD', at: expect.any(String) },
    };
  },
  'a charge of an attempt that was lost': async () => {
    const { orderId, userId } = await order('invoice');
    const { id } = await charge(1_000, metadataOf({ userId, orderId }, 2));
    return {
      kind: 'charge_unmatched',
      orderId,
      providerRef: id,
      theirs: expect.objectContaining({ attempt: 2 }),
    };
  },
  'a second charge of a paid order': async () => {
    const paid = await order();
    const { id } = await charge(paid.totalMinor, metadataOf(paid, 2));
    return { kind: 'two_live_charges', orderId: paid.orderId, providerRef: id, ours: { paidAttempt: 1 } };
  },
  'a charge that succeeded after its order had given up': async () => {
    const { orderId, ref } = await order();
    await run(
      `UPDATE payment SET status = 'declined', captured_minor = 0 WHERE order_id = $1::uuid`,
      orderId,
    );
    await run(
      `UPDATE orders SET status = 'payment_declined', hold_until = now() + interval '1 hour', paid_attempt = NULL
       WHERE id = $1::uuid`,
      orderId,
    );
    return {
      kind: 'charge_unmatched',
      orderId,
      providerRef: ref,
      ours: { status: 'declined', providerRef: ref },
    };
  },
  'a charge of another program': async () => {
    const { id } = await charge(700);
    return { kind: 'foreign_charge', orderId: null, providerRef: id };
  },
  'a cancelled order whose charge was never refunded': async () => {
    const paid = await order();
    const { orderId, ref, totalMinor } = paid;
    await endWithoutRefund(paid);
    return {
      kind: 'money_kept',
      ...{ orderId, providerRef: ref },
      ours: { order: 'cancelled', payment: 'succeeded', requestedMinor: 0 },
      theirs: { heldMinor: totalMinor, currency: 'USD' },
    };
  },
  'a cancelled order of which only a part was refunded': async () => {
    const paid = await order();
    await simulator.dashboard.refund(paid.ref, 300);
    await settleCharge(paid.ref);
    const { orderId, ref, totalMinor } = paid;
    await endWithoutRefund(paid);
    return {
      kind: 'money_kept',
      ...{ orderId, providerRef: ref },
      theirs: { heldMinor: totalMinor - 300, currency: 'USD' },
    };
  },
  'a cancelled order whose amount is still reserved': async () => {
    const { orderId, userId, totalMinor } = await order('invoice');
    await run(
      `UPDATE payment SET method = 'card', token = 'pm_card_visa', status = 'authorized', provider_ref = 'pi_reserved'
       WHERE order_id = $1::uuid`,
      orderId,
    );
    await endWithoutRefund({ userId, orderId });
    return {
      kind: 'money_kept',
      ...{ orderId, providerRef: 'pi_reserved' },
      theirs: { heldMinor: totalMinor, currency: 'USD' },
    };
  },
  'money of an attempt that pays nothing, without a request': async () => {
    const { orderId, ref } = await order();
    await run(`UPDATE payment SET status = 'returning' WHERE order_id = $1::uuid`, orderId);
    return {
      kind: 'money_kept',
      ...{ orderId, providerRef: ref },
      ours: { order: 'paid', payment: 'returning', requestedMinor: 0 },
    };
  },
  'a payment whose charge the provider does not know': async () => {
    const { orderId, userId } = await order('invoice');
    await run(
      `UPDATE payment SET method = 'card', token = 'pm_card_visa', status = 'succeeded', provider_ref = 'pi_gone',
                          captured_minor = amount_minor WHERE order_id = $1::uuid`,
      orderId,
    );
    await run(
      `UPDATE orders SET status = 'paid', hold_until = NULL, paid_attempt = 1 WHERE user_id = $1::uuid AND id = $2::uuid`,
      ...[userId, orderId],
    );
    return { kind: 'paid_without_charge', orderId, providerRef: 'pi_gone', theirs: null };
  },
  'a payment with the name of another charge': async () => {
    const { orderId, ref, totalMinor } = await order();
    await run(`UPDATE payment SET provider_ref = 'pi_other' WHERE order_id = $1::uuid`, orderId);
    return {
      kind: 'paid_without_charge',
      ...{ orderId, providerRef: 'pi_other' },
      theirs: { otherCharge: ref, capturedMinor: totalMinor, currency: 'USD' },
    };
  },
  'a paid order whose payment was declined': async () => {
    const { orderId } = await order('invoice');
    await run(`UPDATE orders SET status = 'paid', hold_until = NULL WHERE id = $1::uuid`, orderId);
    await run(
      `UPDATE payment SET status = 'declined', method = 'card', token = 'pm_card_visa' WHERE order_id = $1::uuid`,
      orderId,
    );
    return { kind: 'paid_without_charge', orderId, providerRef: null };
  },
  'an order that waits for money which its payment has': async () => {
    const { orderId } = await order();
    await run(
      `UPDATE orders SET status = 'payment_pending', hold_until = now() + interval '1 hour', paid_attempt = NULL
       WHERE id = $1::uuid`,
      orderId,
    );
    return {
      kind: 'status_differs',
      orderId,
      ours: { order: 'payment_pending', attempts: { 1: 'succeeded' } },
    };
  },
  'a paid order that names the attempt which was declined': async () => {
    const { orderId } = await order();
    await run(
      `INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, token)
       SELECT user_id, order_id, 2, 'card', 'declined', amount_minor, currency, idempotency_key || '2', token
       FROM payment WHERE order_id = $1::uuid`,
      orderId,
    );
    await run('UPDATE orders SET paid_attempt = 2 WHERE id = $1::uuid', orderId);
    return {
      kind: 'status_differs',
      orderId,
      ours: { order: 'paid', attempts: { 1: 'succeeded', 2: 'declined' } },
    };
  },
  'a captured amount that differs': async () => {
    const { orderId, ref, totalMinor } = await order();
    await run('UPDATE payment SET captured_minor = captured_minor - 1 WHERE order_id = $1::uuid', orderId);
    return {
      kind: 'amount_differs',
      ...{ orderId, providerRef: ref },
      ours: expect.objectContaining({ capturedMinor: totalMinor - 1, totalMinor }),
      theirs: { capturedMinor: totalMinor, currency: 'USD' },
    };
  },
  'a currency that differs': async () => {
    const { orderId, ref } = await order();
    await run(`UPDATE payment SET currency = 'EUR' WHERE order_id = $1::uuid`, orderId);
    return {
      kind: 'amount_differs',
      orderId,
      providerRef: ref,
      ours: expect.objectContaining({ currency: 'EUR' }),
    };
  },
  'a fee that is not the provider’s': async () => {
    const { orderId, ref } = await order();
    await run('UPDATE payment SET fee_minor = 7 WHERE order_id = $1::uuid', orderId);
    return {
      kind: 'cost_differs',
      ...{ orderId, providerRef: ref, ours: { feeMinor: 7 }, theirs: { feeMinor: expect.any(Number) } },
    };
  },
  'a loss without a dispute': async () => {
    const { orderId, ref } = await order();
    await run('UPDATE payment SET lost_minor = 500 WHERE order_id = $1::uuid', orderId);
    return {
      kind: 'cost_differs',
      ...{ orderId, providerRef: ref, ours: { lostMinor: 500, lostDisputesMinor: 0 } },
    };
  },
  'a refund in the provider’s dashboard': async () => {
    const { orderId, ref } = await order();
    const { refund } = await simulator.dashboard.refund(ref, 300);
    return {
      kind: 'refund_differs',
      ...{ orderId, providerRef: refund?.id, ours: null },
      theirs: { charge: ref, amountMinor: 300, currency: 'USD' },
    };
  },
  'a refund that the provider does not know': async () => {
    const { orderId, userId } = await order();
    await run(
      `INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason,
                           idempotency_key, provider_ref)
       VALUES ($1::uuid, $2::uuid, gen_random_uuid(), 1, 200, 'USD', 'succeeded', 'operator:eva', 'x', 'k', $3)`,
      ...[userId, orderId, `re_${orderId}`],
    );
    await run('UPDATE payment SET refunded_minor = 200 WHERE order_id = $1::uuid', orderId);
    return { kind: 'refund_differs', orderId, providerRef: `re_${orderId}`, theirs: null };
  },
  'a refund that was requested two hours ago and never made': async () => {
    const { orderId, userId } = await order();
    await run(
      `INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason,
                           idempotency_key, created_at)
       VALUES ($1::uuid, $2::uuid, gen_random_uuid(), 1, 200, 'USD', 'created', 'operator:eva', 'x', 'k',
               now() - interval '2 hours')`,
      userId,
      orderId,
    );
    return {
      kind: 'refund_differs',
      orderId,
      providerRef: null,
      ours: expect.objectContaining({ status: 'created' }),
    };
  },
  'a refund whose row is gone': async () => {
    const { orderId, ref } = await order();
    const { refund } = await simulator.dashboard.refund(ref, 200);
    await run('UPDATE payment SET refunded_minor = 200 WHERE order_id = $1::uuid', orderId);
    return { kind: 'refund_differs', orderId, providerRef: refund?.id, ours: null };
  },
  'a sum of refunds that is not their sum': async () => {
    const { orderId, ref } = await order();
    await run('UPDATE payment SET refunded_minor = 100 WHERE order_id = $1::uuid', orderId);
    return {
      kind: 'refund_differs',
      ...{ orderId, providerRef: ref, ours: { refundedMinor: 100, sumOfRefunds: 0 } },
    };
  },
  'a dispute that was lost at the provider': async () => {
    const { orderId, ref, totalMinor } = await order();
    const { dispute } = await simulator.dashboard.dispute(ref);
    await simulator.dashboard.closeDispute(dispute?.id ?? '', 'lost');
    return {
      kind: 'dispute_differs',
      ...{ orderId, providerRef: dispute?.id, ours: null },
      theirs: { takenMinor: totalMinor, currency: 'USD' },
    };
  },
  'a dispute that waits for evidence': async () => {
    const { orderId, userId, ref } = await order();
    const { dispute } = await simulator.dashboard.dispute(ref);
    await run(
      `INSERT INTO dispute (user_id, order_id, provider_ref, attempt, kind, amount_minor, currency, reason, status)
       VALUES ($1::uuid, $2::uuid, $3, 1, 'dispute', 100, 'USD', 'fraudulent', 'open')`,
      ...[userId, orderId, dispute?.id],
    );
    return { kind: 'dispute_unanswered', orderId, providerRef: dispute?.id };
  },
  'a payment that has been unknown for two hours': async () => {
    const { orderId } = await order('invoice');
    await run(
      `UPDATE payment SET status = 'unknown', method = 'card', token = 'pm_card_visa',
                          created_at = now() - interval '2 hours' WHERE order_id = $1::uuid`,
      orderId,
    );
    return { kind: 'payment_unknown', orderId, ours: { status: 'unknown', since: expect.any(String) } };
  },
  'an order without a payment': async () => {
    const { orderId } = await order('invoice');
    await run('DELETE FROM payment WHERE order_id = $1::uuid', orderId);
    return { kind: 'order_without_payment', orderId };
  },
  'a paid order without its payment': async () => {
    const { orderId } = await order();
    await run('DELETE FROM payment WHERE order_id = $1::uuid', orderId);
    return { kind: 'order_without_payment', orderId, ours: expect.objectContaining({ status: 'paid' }) };
  },
  'an order line whose price was changed by SQL': async () => {
    const { orderId } = await order('invoice');
    await run(
      'UPDATE order_line SET unit_price_minor = unit_price_minor + 1 WHERE order_id = $1::uuid',
      orderId,
    );
    return {
      kind: 'order_sum_differs',
      ...{ orderId, ours: { subtotalMinor: 1_250 }, theirs: { lines: 1, sumMinor: 1_251 } },
    };
  },
  'an order whose lines are gone': async () => {
    const { orderId } = await order('invoice');
    await run('DELETE FROM order_line WHERE order_id = $1::uuid', orderId);
    return {
      kind: 'order_sum_differs',
      ...{ orderId, ours: { subtotalMinor: 1_250 }, theirs: { lines: 0, sumMinor: 0 } },
    };
  },
  'an unpaid order after its hold': async () => {
    const { orderId } = await order('invoice');
    await run(`UPDATE orders SET hold_until = now() - interval '1 hour' WHERE id = $1::uuid`, orderId);
    return { kind: 'hold_expired', orderId, ours: { status: 'placed', holdUntil: expect.any(String) } };
  },
  'stock that was changed without triggers': async () => {
    const sku = await addProduct('UNBOOKED', { available: 10 });
    await withoutTriggers('stock', Prisma.sql`UPDATE stock SET available = 7 WHERE sku = ${sku}`);
    return { kind: 'stock_differs', orderId: null, ours: { available: 7 }, theirs: { ledger: 10 } };
  },
  'stock that was changed by SQL without a note': async () => {
    const sku = await addProduct('UNEXPLAINED', { available: 10 });
    await db().$executeRaw`UPDATE stock SET available = 13 WHERE sku = ${sku}`;
    return { kind: 'stock_unexplained', ours: { at: expect.any(String), items: 1, units: { [sku]: 3 } } };
  },
  'a return without a note': async () => {
    const sku = await addProduct('RETURNED', { available: 10 });
    await db().$executeRaw`INSERT INTO stock_movement (sku, delta, reason) VALUES (${sku}, 4, 'return')`;
    return { kind: 'stock_unexplained', ours: { at: expect.any(String), items: 1, units: { [sku]: 4 } } };
  },
  'a delivery without a note': async () => {
    const sku = await addProduct('DELIVERED', { available: 10 });
    await db().$executeRaw`INSERT INTO stock_movement (sku, delta, reason) VALUES (${sku}, -3, 'import')`;
    return { kind: 'stock_unexplained', ours: { at: expect.any(String), items: 1, units: { [sku]: -3 } } };
  },
  'an order that took nothing from stock': async () => {
    const { orderId, sku } = await order('invoice');
    const wrong = Prisma.sql`UPDATE stock_movement SET delta = -2 WHERE id = ${orderId}::uuid`;
    await withoutTriggers('stock_movement', wrong);
    await withoutTriggers('stock', Prisma.sql`UPDATE stock SET available = available - 1 WHERE sku = ${sku}`);
    return {
      kind: 'order_stock_differs',
      orderId,
      ours: { sku, holds: 1, status: 'placed' },
      theirs: { moved: 2 },
    };
  },
  'an email that waits for two hours': async () => {
    const { orderId, userId } = await order('invoice');
    await run(
      `INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, created_at)
       VALUES ($1::uuid, $2::uuid, 1, 'confirmation', 'a@b.example', '', '', 'queued', now() - interval '2 hours')`,
      userId,
      orderId,
    );
    return { kind: 'not_delivered', orderId, ours: expect.objectContaining({ email: 'confirmation' }) };
  },
  'an event that waits for two hours': async () => {
    const { orderId, userId } = await order('invoice');
    await run(
      `INSERT INTO webhook_delivery (user_id, order_id, version, url, message_id, status, created_at)
       VALUES ($1::uuid, $2::uuid, 1, 'https://a.example', 'msg_1', 'queued', now() - interval '2 hours')`,
      userId,
      orderId,
    );
    return { kind: 'not_delivered', orderId, ours: expect.objectContaining({ event: 'msg_1' }) };
  },
  'an order that was never announced': async () => {
    const { orderId } = await order('invoice');
    await run(`UPDATE order_event SET at = now() - interval '2 hours' WHERE order_id = $1::uuid`, orderId);
    return { kind: 'not_delivered', orderId, ours: { status: 'placed', since: expect.any(String) } };
  },
});
