import { expect } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';
import { addProduct, withoutTriggers } from '#tests/support/shop/shop.ts';
import { metadataOf, type openReconciledShop, stranger } from './reconciled-shop.ts';

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
