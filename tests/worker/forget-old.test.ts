import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { deleteRevocations } from '#lib/platform/session/session-revocations.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { forgetOld } from '#lib/worker/forget-old.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

await openTestShop({
  env: {
    CART_KEPT_DAYS: '30',
    MAIL_KEPT_DAYS: '60',
    EVENTS_KEPT_DAYS: '90',
    SUBMISSIONS_KEPT_DAYS: '180',
    RECONCILIATIONS_KEPT_DAYS: '400',
  },
});
const sku = await addProduct('LAMP', { available: 1_000 });

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
});

/** A cart that was created and last changed this many days ago. */
async function cartOf(madeDays: number, touchedDays: number) {
  const shopper = await shopperWith(callHandlers, sku);
  const { userId } = shopper;
  await db().$executeRaw`
    UPDATE cart SET created_at = now() - make_interval(days => ${madeDays}::int),
                    updated_at = now() - make_interval(days => ${touchedDays}::int)
    WHERE user_id = ${userId}::uuid`;
  return { shopper, userId };
}

const carts = (userId: string) => db().cart.count({ where: { userId } });
const lines = (userId: string) => db().cartLine.count({ where: { userId } });

// What broke: every cart that a client without a cookie ever edited was stored for ever.
test('the periodic job deletes open carts that have not changed for the configured time', async () => {
  const old = await cartOf(31, 31);
  const touched = await cartOf(31, 29);
  const young = await cartOf(29, 29);
  await drainJobs({ limitMs: 30_000 });
  expect(await Promise.all([old, touched, young].map(({ userId }) => carts(userId)))).toEqual([0, 1, 1]);
  expect(await lines(old.userId)).toBe(0);
  // The session continues with an empty cart, and the next cart can be ordered.
  const empty = (await (await old.shopper.request('/api/cart')).json()) as { lines: unknown[] };
  expect(empty.lines).toEqual([]);
  await old.shopper.put(sku, 2);
  expect((await old.shopper.order(await old.shopper.body())).status).toBe(201);
});

test('an ordered cart is kept, however old', async () => {
  const order = await placeOrder(sku);
  await db().$executeRaw`
    UPDATE cart SET created_at = now() - interval '9 years', updated_at = now() - interval '9 years'
    WHERE user_id = ${order.userId}::uuid`;
  await forgetOld();
  expect(await carts(order.userId)).toBe(1);
});

test('a cart that its shopper edits at the same moment is kept with all its lines', async () => {
  const { shopper, userId } = await cartOf(40, 40);
  const other = await addProduct('SECOND');
  await db().$transaction(async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM cart WHERE user_id = ${userId}::uuid FOR UPDATE`;
    await forgetOld();
    await tx.$executeRaw`UPDATE cart SET updated_at = now() WHERE user_id = ${userId}::uuid`;
  });
  await forgetOld();
  await shopper.put(other, 1);
  expect([await carts(userId), await lines(userId)]).toEqual([1, 2]);
});

test('more than one batch is deleted in one run, and two workers share it', async () => {
  await db().$executeRaw`
    INSERT INTO cart (user_id, id, currency, created_at, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'USD', now() - interval '50 days', now() - interval '50 days'
    FROM generate_series(1, 1300)`;
  const before = await db().cart.count();
  await Promise.all([forgetOld(), forgetOld()]);
  expect(before - (await db().cart.count())).toBe(1_300);
});

test('emails, events and deliveries are deleted after their time, and unfinished ones stay', async () => {
  const [userId, orderId] = [randomUUID(), randomUUID()];
  const days = [59, 61, 61];
  for (const [version, status] of ['sent', 'suppressed', 'queued'].entries()) {
    await db().$executeRaw`
      INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, created_at)
      VALUES (${userId}::uuid, ${orderId}::uuid, ${version}, 'confirmation', 'a@example.com', 's', 'b', ${status},
              now() - make_interval(days => ${days[version] ?? 0}::int))`;
  }
  for (const [id, age, applied] of [
    ['evt_young', 89, true],
    ['evt_old', 91, true],
    ['evt_open', 91, false],
  ] as const) {
    await db().$executeRaw`
      INSERT INTO payment_event (id, type, payment_ref, received_at, applied_at)
      VALUES (${id}, 't', 'pi_1', now() - make_interval(days => ${age}::int), ${applied ? new Date() : null})`;
  }
  for (const [version, status] of ['delivered', 'queued'].entries()) {
    await db().$executeRaw`
      INSERT INTO webhook_delivery (user_id, order_id, version, url, message_id, status, created_at)
      VALUES (${userId}::uuid, ${orderId}::uuid, ${version}, 'u', 'm', ${status}, now() - interval '91 days')`;
  }
  await forgetOld();
  const mails = await db().mail.findMany({ where: { orderId }, orderBy: { version: 'asc' } });
  expect(mails.map(({ status }) => status)).toEqual(['sent', 'queued']);
  const events = await db().paymentEvent.findMany({ where: { type: 't' }, orderBy: { id: 'asc' } });
  expect(events.map(({ id }) => id)).toEqual(['evt_open', 'evt_young']);
  const deliveries = await db().webhookDelivery.findMany({ where: { orderId } });
  expect(deliveries.map(({ status }) => status)).toEqual(['queued']);
});

test('records of submissions are deleted after their time', async () => {
  const userId = randomUUID();
  await db().$executeRaw`
    INSERT INTO submission (user_id, id, at, request_id, cart_id, layer, outcome, status, made, took_ms, process, copies)
    SELECT ${userId}::uuid, gen_random_uuid(), now() - make_interval(days => age), 'request-' || age,
           gen_random_uuid(), 'redis', 'replayed', 201, false, 3, 'web:1', 1
    FROM unnest(ARRAY[179, 181]) AS age`;
  await forgetOld();
  const left = await db().submission.findMany({ where: { userId } });
  expect(left.map(({ requestId }) => requestId)).toEqual(['request-179']);
});

test('notes of catalogue changes are deleted after a day', async () => {
  await db().catalogueChange.deleteMany();
  await db().$executeRaw`
    INSERT INTO catalogue_change (tag, changed_at)
    VALUES ('product:old', now() - interval '25 hours'), ('product:young', now() - interval '23 hours')`;
  await forgetOld();
  expect(await db().catalogueChange.findMany()).toMatchObject([{ tag: 'product:young' }]);
});

test('failed jobs are deleted after their time, and those that are still tried are not', async () => {
  await db().$executeRaw`
    INSERT INTO graphile_worker._private_jobs (task_id, payload, attempts, max_attempts, updated_at, key)
    SELECT (SELECT min(id) FROM graphile_worker._private_tasks), '{}', attempts, 25,
           now() - make_interval(days => days), 'job-' || attempts || '-' || days
    FROM (VALUES (25, 89), (25, 91), (24, 91)) AS job (attempts, days)`;
  await forgetOld();
  const left = await db().$queryRaw<{ key: string }[]>`
    SELECT key FROM graphile_worker._private_jobs WHERE key LIKE 'job-%' ORDER BY key`;
  expect(left.map(({ key }) => key)).toEqual(['job-24-91', 'job-25-89']);
});

test('runs of reconciliation are deleted after their time, but never the last whole one', async () => {
  await db().reconciliation.deleteMany();
  await db().$executeRaw`
    INSERT INTO reconciliation (from_at, to_at, repairs, is_whole, step, parts, started_at, finished_at)
    SELECT now(), now(), false, is_whole, 'done', days, now() - make_interval(days => days),
           now() - make_interval(days => days)
    FROM (VALUES (399, false), (401, false), (402, true), (403, true)) AS run (days, is_whole)`;
  await forgetOld();
  const left = await db().reconciliation.findMany({ orderBy: { parts: 'asc' } });
  expect(left.map(({ parts }) => parts)).toEqual([399, 402]);
});

test('discrepancies that ended by themselves are deleted, and what a person decided is kept', async () => {
  const rows: [string, number, string, string, string][] = [
    ['gone', 401, 'resolved', 'resolved', 'job'],
    ['found by a person', 401, 'resolved', 'resolved', 'operator'],
    ['young', 399, 'resolved', 'resolved', 'job'],
    ['open', 401, 'open', 'found', 'job'],
    ['accepted', 401, 'accepted', 'accepted', 'operator'],
    ['repaired by a person', 401, 'resolved', 'repaired', 'operator'],
    ['repaired by a job', 401, 'resolved', 'repaired', 'job'],
  ];
  for (const [subject, days, state, what, by] of rows)
    await db().$executeRaw`
      WITH one AS (
        INSERT INTO discrepancy (id, kind, subject, state, last_seen_at)
        VALUES (gen_random_uuid(), 'not_delivered', ${subject}, ${state}, now() - make_interval(days => ${days}::int))
        RETURNING id)
      INSERT INTO discrepancy_event (discrepancy_id, version, what, actor, actor_kind, at)
      SELECT id, 1, ${what}, ${by}, ${by}, now() - make_interval(days => ${days}::int) FROM one`;
  await forgetOld();
  const left = await db().discrepancy.findMany({ orderBy: { subject: 'asc' } });
  expect(left.map(({ subject }) => subject)).toEqual(['accepted', 'open', 'repaired by a person', 'young']);
});

test('counts of links to orders are deleted after a day, without another request for a link', async () => {
  await db().$executeRaw`
    INSERT INTO order_link_quota (subject, hour, used)
    VALUES ('old', now() - interval '25 hours', 1), ('young', now() - interval '23 hours', 1)`;
  await forgetOld();
  expect(await db().orderLinkQuota.findMany()).toMatchObject([{ subject: 'young' }]);
});

test('an ended session is forgotten when its cookies have expired, and not while some have no time', async () => {
  const [old, young] = [randomUUID(), randomUUID()];
  await db().sessionRevocation.createMany({
    data: [
      { userId: old, notBefore: new Date(Date.now() - 92 * 86_400_000) },
      { userId: young, notBefore: new Date(Date.now() - 90 * 86_400_000) },
    ],
  });
  const left = async () => (await db().sessionRevocation.findMany()).map(({ userId }) => userId);
  await forgetOld();
  expect((await left()).sort()).toEqual([old, young].sort());
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2028, 0, 6));
  await db().$executeRaw`
    UPDATE session_revocation
    SET not_before = not_before + (timestamptz '2028-01-06Z' - now())`;
  await deleteRevocations();
  later.mockRestore();
  expect(await left()).toEqual([young]);
});
