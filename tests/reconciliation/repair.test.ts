import { expect, test } from 'vitest';
import { settleCharge } from '#lib/payments/events/apply-event.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { accept, readDiscrepancy } from '#lib/reconciliation/record.ts';
import { repairDiscrepancy } from '#lib/reconciliation/repair.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { endWithoutRefund } from './plants.ts';
import { metadataOf, openReconciledShop, reconcileAll, stranger } from './reconciled-shop.ts';

/** Each kind has one safe repair. A certain one needs no person. */

const { simulator, order, charge } = await openReconciledShop();

const by = { actor: { kind: 'operator', name: 'eva' } as const };
const run = (statement: string, ...values: unknown[]) => db().$executeRawUnsafe(statement, ...values);

async function only(kind: string): Promise<Discrepancy> {
  const { found } = await reconcileAll();
  const open = found.filter(({ state }) => state === 'open');
  expect(open.map((one) => one.kind)).toEqual([kind]);
  return open[0] as Discrepancy;
}

const stateOf = async ({ id }: Discrepancy) => (await readDiscrepancy(id))?.state;
const eventsOf = async ({ id }: Discrepancy) => {
  const events = await db().discrepancyEvent.findMany({
    where: { discrepancyId: id },
    orderBy: { version: 'asc' },
  });
  return events.map(({ what, actor }) => `${what} ${actor}`);
};

test('what is certain is repaired by the run itself: the rows say what the provider says', async () => {
  const [refunded, lost, wrong, late] = [await order(), await order(), await order(), await order('invoice')];
  const { refund } = await simulator.dashboard.refund(refunded.ref, 300);
  const { dispute } = await simulator.dashboard.dispute(lost.ref);
  await simulator.dashboard.closeDispute(dispute?.id ?? '', 'lost');
  const second = await charge(wrong.totalMinor, metadataOf(wrong, 2));
  await run(`UPDATE orders SET hold_until = now() - interval '1 hour' WHERE id = $1::uuid`, late.orderId);

  const { found } = await reconcileAll(true);
  expect(found.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
    'dispute_differs resolved',
    'hold_expired resolved',
    'refund_differs resolved',
    // Two payments of a shopper who wanted one: which one to refund is a person's decision.
    'two_live_charges open',
  ]);
  expect(await db().refund.findFirstOrThrow({ where: { orderId: refunded.orderId } })).toMatchObject({
    ...{ amountMinor: 300, providerRef: refund?.id, origin: 'provider', status: 'succeeded' },
  });
  expect(await db().dispute.findFirstOrThrow({ where: { orderId: lost.orderId } })).toMatchObject({
    status: 'lost',
  });
  expect((await db().order.findFirstOrThrow({ where: { id: late.orderId } })).status).toBe('cancelled');
  await simulator.dashboard.refund(second.id);
  expect((await reconcileAll()).found).toMatchObject([{ kind: 'two_live_charges', state: 'resolved' }]);
});

test('a dispute that was answered unseen is repaired by the run, and one that waits for evidence is not', async () => {
  const [answered, waiting] = [await order(), await order()];
  const disputed = async ({ ref }: typeof answered) => {
    const { dispute } = await simulator.dashboard.dispute(ref);
    await settleCharge(ref);
    return dispute?.id ?? '';
  };
  const [sent, unsent] = [await disputed(answered), await disputed(waiting)];
  await simulator.dashboard.submitEvidence(sent);
  const { found } = await reconcileAll(true);
  expect(found.map(({ orderId, kind, state }) => ({ orderId, kind, state }))).toEqual(
    expect.arrayContaining([
      { orderId: answered.orderId, kind: 'dispute_unanswered', state: 'resolved' },
      { orderId: waiting.orderId, kind: 'dispute_unanswered', state: 'open' },
    ]),
  );
  expect(found).toHaveLength(2);
  await simulator.dashboard.closeDispute(unsent, 'won');
  expect((await reconcileAll(true)).found).toMatchObject([{ kind: 'dispute_unanswered', state: 'resolved' }]);
});

test('an order that waits for money which its payment has is paid by it', async () => {
  const { orderId, ref } = await order();
  await run(
    `UPDATE orders SET status = 'payment_pending', hold_until = now() + interval '1 hour', paid_attempt = NULL
     WHERE id = $1::uuid`,
    orderId,
  );
  expect((await reconcileAll(true)).found).toMatchObject([{ kind: 'status_differs', state: 'resolved' }]);
  expect(await db().order.findFirst({ where: { id: orderId } })).toMatchObject({ status: 'paid' });
  expect(refundsOf(ref)).toEqual([]);
});

test('a paid order whose payment lost its status keeps its money', async () => {
  const { orderId, ref } = await order();
  await run(`UPDATE payment SET status = 'declined', captured_minor = 0 WHERE order_id = $1::uuid`, orderId);
  // What broke: the charge that pays the order was taken for a late one, and refunded.
  await reconcileAll(true);
  expect(refundsOf(ref)).toEqual([]);
  expect(await db().payment.findFirst({ where: { orderId } })).toMatchObject({ status: 'succeeded' });
  expect(await db().order.findFirst({ where: { id: orderId } })).toMatchObject({ status: 'paid' });
  expect(await reconcileAll(true)).toMatchObject({ found: [] });
});

const refundsOf = (ref: string) =>
  simulator
    .refunds()
    .filter(({ paymentIntent }) => paymentIntent === ref)
    .map(({ amount }) => amount);

test('money that a cancelled order keeps is returned by the run, once', async () => {
  const [whole, part] = [await order(), await order()];
  await simulator.dashboard.refund(part.ref, 300);
  await settleCharge(part.ref);
  for (const kept of [whole, part]) await endWithoutRefund(kept);
  const { found } = await reconcileAll(true);
  expect(found.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'money_kept resolved',
    'money_kept resolved',
  ]);
  expect(refundsOf(whole.ref)).toEqual([whole.totalMinor]);
  expect(refundsOf(part.ref).sort()).toEqual([300, part.totalMinor - 300].sort());
  for (const { orderId } of [whole, part])
    expect(await db().order.findFirst({ where: { id: orderId } })).toMatchObject({ status: 'refunded' });
  expect(await reconcileAll(true)).toMatchObject({ found: [] });
});

test('two repairs of kept money return it once', async () => {
  const kept = await order();
  await endWithoutRefund(kept);
  const discrepancy = await only('money_kept');
  const both = await Promise.allSettled([
    repairDiscrepancy(discrepancy, by),
    repairDiscrepancy(discrepancy, by),
  ]);
  expect(both).toContainEqual({ status: 'fulfilled', value: true });
  expect(refundsOf(kept.ref)).toEqual([kept.totalMinor]);
  expect(await stateOf(discrepancy)).toBe('resolved');
});

test('a person returns the money of an order whose history does not say that it ended', async () => {
  const { orderId, ref, totalMinor } = await order();
  await run(
    `UPDATE orders SET status = 'cancelled', ended_by = 'operator', hold_until = NULL, fulfilled_at = now()
     WHERE id = $1::uuid`,
    orderId,
  );
  const { found } = await reconcileAll(true);
  expect(found).toMatchObject([{ kind: 'money_kept', state: 'open' }]);
  expect(refundsOf(ref)).toEqual([]);
  expect(await repairDiscrepancy(found[0] as Discrepancy, by)).toBe(true);
  expect(refundsOf(ref)).toEqual([totalMinor]);
});

test('a refund that failed is requested again by a person only', async () => {
  const { orderId, userId, ref, totalMinor } = await order();
  await endWithoutRefund({ userId, orderId });
  await run(
    `INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason, idempotency_key)
     VALUES ($1::uuid, $2::uuid, gen_random_uuid(), 1, 200, 'USD', 'failed', 'operator:eva', 'x', 'k')`,
    ...[userId, orderId],
  );
  const { found } = await reconcileAll(true);
  expect(found).toMatchObject([{ kind: 'money_kept', state: 'open' }]);
  expect(refundsOf(ref)).toEqual([]);
  expect(await repairDiscrepancy(found[0] as Discrepancy, by)).toBe(true);
  expect(refundsOf(ref)).toEqual([totalMinor]);
});

test('a charge without an order is refunded on request, once', async () => {
  const { id: ref } = await charge(5_000, metadataOf(stranger()));
  const discrepancy = await only('charge_without_order');
  const both = await Promise.allSettled([
    repairDiscrepancy(discrepancy, by),
    repairDiscrepancy(discrepancy, by),
  ]);
  expect(both).toContainEqual({ status: 'fulfilled', value: true });
  expect(simulator.refunds().filter(({ paymentIntent }) => paymentIntent === ref)).toMatchObject([
    { amount: 5_000 },
  ]);
  expect(await stateOf(discrepancy)).toBe('resolved');
  expect(await eventsOf(discrepancy)).toEqual(
    expect.arrayContaining(['found operator:eva', 'repaired operator:eva']),
  );
  await expect(repairDiscrepancy(discrepancy, by)).rejects.toMatchObject({ code: 'invalid_request' });
});

test('a charge that an order has adopted meanwhile is not refunded', async () => {
  const { id: ref } = await charge(5_000, metadataOf(stranger()));
  const discrepancy = await only('charge_without_order');
  const { orderId, userId } = await order('invoice');
  await run(
    'UPDATE provider_entry SET user_id = $1::uuid, order_id = $2::uuid WHERE charge_ref = $3',
    ...[userId, orderId, ref],
  );
  expect(await repairDiscrepancy(discrepancy, by)).toBe(true);
  expect(simulator.refunds().filter(({ paymentIntent }) => paymentIntent === ref)).toEqual([]);
  await simulator.dashboard.refund(ref);
  await reconcileAll();
});

test('the ledger gets the difference to the stock, with the note', async () => {
  const sku = await addProduct('REPAIRED-STOCK', { available: 10 });
  await db().$transaction([
    db().$executeRaw`ALTER TABLE stock DISABLE TRIGGER USER`,
    db().$executeRaw`UPDATE stock SET available = 7 WHERE sku = ${sku}`,
    db().$executeRaw`ALTER TABLE stock ENABLE TRIGGER USER`,
  ]);
  const discrepancy = await only('stock_differs');
  expect(await repairDiscrepancy(discrepancy, { ...by, note: 'counted by Eva' })).toBe(true);
  expect(await availableOf(sku)).toBe(7);
  const last = await db().stockMovement.findFirstOrThrow({ where: { sku, reason: 'correction' } });
  expect(last).toMatchObject({ delta: -3, note: 'counted by Eva' });
  expect(await reconcileAll()).toMatchObject({ found: [] });
});

test('an invoice order whose payment was lost gets it again', async () => {
  const { orderId, totalMinor } = await order('invoice');
  await run('DELETE FROM payment WHERE order_id = $1::uuid', orderId);
  expect(await repairDiscrepancy(await only('order_without_payment'), by)).toBe(true);
  expect(await db().payment.findMany({ where: { orderId } })).toMatchObject([
    { attempt: 1, method: 'invoice', status: 'due', amountMinor: totalMinor },
  ]);
});

test('a paid order whose payment was lost gets it from its charge', async () => {
  const { orderId, ref, totalMinor } = await order();
  await run('DELETE FROM payment WHERE order_id = $1::uuid', orderId);
  expect(await repairDiscrepancy(await only('order_without_payment'), by)).toBe(true);
  expect(await db().payment.findMany({ where: { orderId } })).toMatchObject([
    { attempt: 1, method: 'card', status: 'succeeded', providerRef: ref, capturedMinor: totalMinor },
  ]);
  expect((await db().order.findFirstOrThrow({ where: { id: orderId } })).status).toBe('paid');
});

test('a lost email is sent again, and one that is still tried is left to its job', async () => {
  const { orderId, userId } = await order('invoice');
  await run(
    `INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, created_at)
     VALUES ($1::uuid, $2::uuid, 1, 'confirmation', 'a@b.example', '', '', 'queued', now() - interval '2 hours')`,
    ...[userId, orderId],
  );
  const jobs = () => db().$queryRaw<unknown[]>`
    SELECT FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
    WHERE identifier = 'send_mail' AND payload->>'orderId' = ${orderId}`;
  const discrepancy = await only('not_delivered');
  for (let time = 0; time < 2; time += 1) expect(await repairDiscrepancy(discrepancy, by)).toBe(false);
  expect(await jobs()).toHaveLength(1);
  await run(`UPDATE mail SET status = 'sent' WHERE order_id = $1::uuid`, orderId);
  expect(await reconcileAll()).toMatchObject({ found: [{ state: 'resolved' }] });
});

test('what is right as it is can be accepted with a note, until it changes', async () => {
  await charge(700);
  const discrepancy = await only('foreign_charge');
  await expect(accept(discrepancy, by)).rejects.toMatchObject({ code: 'invalid_request' });
  await accept(discrepancy, { ...by, note: 'the market stall' });
  expect(await stateOf(discrepancy)).toBe('accepted');
  await expect(accept(discrepancy, { ...by, note: 'again' })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect((await reconcileAll()).found).toEqual([]);
  await expect(repairDiscrepancy(discrepancy, by)).rejects.toMatchObject({ code: 'invalid_request' });
  await simulator.dashboard.refund(discrepancy.providerRef ?? '', 100);
  expect(await only('foreign_charge')).toMatchObject({ id: discrepancy.id, theirs: { heldMinor: 600 } });
});
