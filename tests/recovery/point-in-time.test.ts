import { beforeAll, expect, test } from 'vitest';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { migrate } from '#prisma/migrate.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { restore } from '#scripts/restore/restore.ts';
import type { Moment } from '#scripts/services/backup/moment.ts';
import { takeBackupIfDue } from '#scripts/services/backup/take-backup.ts';
import { reconcileAll } from '#tests/reconciliation/reconciled-shop.ts';
import { openArchivedDatabase } from '#tests/recovery/archived-database.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { cardBody, declinedCard } from '#tests/support/money.ts';
import { openSimulator } from '#tests/support/services/simulator.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * A shop's database is put back to a moment, with the real server, archive and restore. Redis, the provider and
 * the shoppers' tabs keep what happened after the moment.
 */

const database = await openArchivedDatabase();
const { dataDir } = database;
const simulator = await openSimulator();
await openTestShop({
  env: { STRIPE_SECRET_KEY: simulator.secretKey, STRIPE_API_BASE: simulator.url, ...metricsEnv },
  throughProxy: async () => {
    const { connectionString } = await database.start();
    await migrate(connectionString, () => undefined);
    return connectionString;
  },
});

const sku = 'IN-TIME';
const stocked = 100;

interface Placed {
  shopper: Shopper;
  body: OrderBody;
  answer: string;
  orderId: string;
}

/** An open tab: its cart is stored, and its page shows the checkout. */
async function openTab(token?: string): Promise<Pick<Placed, 'shopper' | 'body'>> {
  const shopper = await shopperWith(callHandlers, sku);
  return { shopper, body: await cardBody(shopper, token) };
}

async function place(token?: string, tab = openTab(token)): Promise<Placed> {
  const { shopper, body } = await tab;
  const answer = await (await shopper.order(body)).text();
  const { order } = JSON.parse(answer) as { order: { id: string } };
  return { shopper, body, answer, orderId: order.id };
}

const payAgain = ({ shopper, orderId }: Placed) =>
  shopper.send('POST', `/api/orders/${orderId}/payments`, {
    attempt: 2,
    method: 'card',
    token: 'pm_card_visa',
  });

const statusOf = async ({ shopper, orderId }: Placed) =>
  ((await (await shopper.request(`/api/orders/${orderId}`)).json()) as { status: string }).status;

const liveCharges = (orderId?: string) => simulator.ledger(orderId).filter(({ live }) => live);

/** A run also names what it found resolved. */
const openIn = (found: Discrepancy[]) => found.filter(({ state }) => state === 'open');

/** The orders of open discrepancies about charges without an order. */
const lostIn = (found: Discrepancy[]) =>
  openIn(found)
    .filter(({ kind }) => kind === 'charge_without_order')
    .map(({ orderId }) => orderId);

let moment: Moment;
let kept: Placed[];
/** It is in the backup with a declined card. Its second card was charged after the moment. */
let paidLater: Placed;
/** Its cart is in the backup, and its shopper's tab is still open. */
let comingBack: Placed;
/** Its cart is lost, too. */
let gone: Placed;

beforeAll(async () => {
  await addProduct(sku, { available: stocked });
  const archived = await database.archived();
  expect(await takeBackupIfDue(archived, archived.archiving)).toBeDefined();
  kept = [await place(), await place()];
  paidLater = await place(declinedCard);
  const tab = await openTab();
  moment = await database.now();
  expect((await payAgain(paidLater)).status).toBe(201);
  comingBack = await place(undefined, Promise.resolve(tab));
  gone = await place();
  await writeRecords();
  await database.stop();
  const { lastTransaction, keptAs } = await restore({ dataDir, to: moment, log: () => undefined });
  expect(lastTransaction?.localeCompare(moment.text)).toBe(-1);
  expect(keptAs).toContain('data.before-');
  await database.start();
});

test('the database has every order up to the moment, and none after it', async () => {
  const rows = await db().order.findMany({ select: { id: true, status: true } });
  const wanted = [
    ...kept.map(({ orderId }) => ({ id: orderId, status: 'paid' })),
    { id: paidLater.orderId, status: 'payment_declined' },
  ];
  expect(rows).toHaveLength(wanted.length);
  expect(rows).toEqual(expect.arrayContaining(wanted));
  expect(await availableOf(sku)).toBe(stocked - wanted.length);
});

test('the events of the provider bring the orders of the backup up to date, and keep the other charges', async () => {
  await pollEvents();
  expect(await statusOf(paidLater)).toBe('paid');
  const unmatched = await db().unmatchedCharge.findMany({ where: { resolvedAt: null } });
  expect(unmatched.map(({ orderId }) => orderId).sort()).toEqual([comingBack.orderId, gone.orderId].sort());
});

test('reconciliation finds the charges of lost orders, and nothing about the others', async () => {
  const { run, found } = await reconcileAll();
  expect(run.checked).toMatchObject({ orders: 3, charges: liveCharges().length });
  expect(lostIn(found).sort()).toEqual([comingBack.orderId, gone.orderId].sort());
  expect(openIn(found)).toHaveLength(2);
});

test('a lost submission that an open tab sends again gets its answer and its order, and no second charge', async () => {
  const before = simulator.ledger().length;
  const copies = [1, 2, 3].map(() => comingBack.shopper.orderUntilSettled(comingBack.body));
  for (const again of await Promise.all(copies))
    expect([again.status, await again.text()]).toEqual([201, comingBack.answer]);
  expect(await statusOf(comingBack)).toBe('paid');
  // A cart of the lost time has no total any more, so its page is shown again and nothing is charged.
  expect((await gone.shopper.orderUntilSettled(gone.body)).status).toBe(409);
  expect([simulator.ledger().length, liveCharges(comingBack.orderId).length]).toEqual([before, 1]);
});

test('then only the charge that no shopper came back for is open, and its refund at the provider closes it', async () => {
  const { found } = await reconcileAll();
  expect(openIn(found).map(({ kind, orderId }) => [kind, orderId])).toEqual([
    ['charge_without_order', gone.orderId],
  ]);
  await simulator.dashboard.refund(liveCharges(gone.orderId)[0]?.paymentIntent ?? '');
  await pollEvents();
  expect(openIn((await reconcileAll()).found)).toEqual([]);
});

test('a scrape shows how old the archive is, and how often it failed', async () => {
  const text = await readMetrics();
  expect(Number(/^once_wal_archived_seconds (.*)$/m.exec(text)?.[1])).toBeLessThan(300);
  expect(text).toMatch(/^once_wal_archive_failures 0$/m);
});

test('the restored shop is backed up again, and everything since can be restored once more', async () => {
  const archived = await database.archived();
  expect(await takeBackupIfDue(archived, archived.archiving)).toMatchObject({ timeline: 2 });
  const later = await place();
  // The last segment is only in the database, as after a power cut.
  await writeRecords();
  await database.kill();
  await restore({ dataDir, to: 'latest', log: () => undefined });
  await database.start();
  expect(await statusOf(later)).toBe('paid');
  const orders = await db().order.count();
  expect(orders).toBe(kept.length + [paidLater, comingBack, later].length);
  await pollEvents();
  expect(openIn((await reconcileAll()).found)).toEqual([]);
});

test('without a worker, a reconciliation with repairs brings the orders of the backup up to date', async () => {
  await writeRecords();
  await database.stop();
  // A second time to the same moment, which is before the first restore.
  await restore({ dataDir, to: moment, log: () => undefined });
  await database.start();
  expect(await statusOf(paidLater)).toBe('payment_declined');
  const { found } = await reconcileAll(true);
  expect(await statusOf(paidLater)).toBe('paid');
  expect(lostIn(found)).toContain(comingBack.orderId);
  const open = openIn(found);
  expect(open.map(({ kind }) => kind)).toEqual(open.map(() => 'charge_without_order'));
});
