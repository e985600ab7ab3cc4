import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { db } from '#lib/db.ts';
import { refundOrder } from '#lib/orders/refund-order.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { type ShopProcess, startShopProcess } from '#tests/support/another-process.ts';
import { callHandlers, callUrl } from '#tests/support/call.ts';
import { cardBody, declinedCard, expectBooksToAgree, orderOf, userIdOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop.ts';
import { type OrderBody, type Shopper, shopperWith } from '#tests/support/shopper.ts';

/**
 * A process of the shop is killed (-9) at every step of a card order, and nobody tells the others.
 * Then either the shopper sends the same submission again, or nobody does and the sweep goes on. Both
 * end the same: one order, one charge, books that agree.
 */

const { till, redis, databaseUrl } = await openPayingShop();
afterEach(async () => {
  till.clearFaults();
  await expectBooksToAgree(till);
});

const charges = { method: 'POST', path: '^/v1/payment_intents$' };

async function kill({ child }: ShopProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function until(isSo: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo()); await sleep(10)) {
    if (Date.now() > end) throw new Error('it never came to that');
  }
}

const hasOrder = async (shopper: Shopper) =>
  (await db().order.count({ where: { userId: userIdOf(shopper) } })) > 0;
const isAsked = async (shopper: Shopper) =>
  (await hasOrder(shopper)) && till.usesOfKey(`order:${(await orderOf(shopper)).id}:1`) > 0;
const isCharged = async (shopper: Shopper) =>
  (await hasOrder(shopper)) && till.ledger((await orderOf(shopper)).id).length > 0;

/** Keeps a row locked while something happens, so that whoever needs it stops exactly there. */
async function whileLocked(statement: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
    await work();
  } finally {
    await client.end();
  }
}

const isWaitingForLock = async () => {
  const [row] = await db().$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (row?.waiting ?? 0) > 0;
};

type Moment = (shopper: Shopper, body: OrderBody, sku: string) => Promise<void>;

/** Sends the submission to a process of its own and kills that when `isThen`. */
async function killWhen(shopper: Shopper, body: OrderBody, isThen: () => Promise<void>): Promise<void> {
  const shop = await startShopProcess();
  const headers = { 'content-type': 'application/json', cookie: shopper.cookie };
  const sent = callUrl(shop.url)('/api/orders', { method: 'POST', headers, body: JSON.stringify(body) });
  const over = sent.then((response) => response.text()).catch(() => undefined);
  await isThen();
  await kill(shop);
  await over;
  // The lease of a claim whose owner died runs out; nobody here waits half a minute for it.
  await redis.flush();
}

const moments: Record<string, Moment> = {
  'before the order is committed': (shopper, body, sku) =>
    whileLocked(`SELECT 1 FROM stock WHERE sku = '${sku}' FOR UPDATE`, () =>
      killWhen(shopper, body, () => until(isWaitingForLock)),
    ),
  'after the commit, while the provider is asked and has charged nothing': async (shopper, body) => {
    till.addFault({ kind: 'timeout_before', on: charges });
    await killWhen(shopper, body, () => until(() => isAsked(shopper)));
  },
  'after the charge, before its answer': async (shopper, body) => {
    till.addFault({ kind: 'timeout_after', on: charges });
    await killWhen(shopper, body, () => until(() => isCharged(shopper)));
  },
  'after the answer, before it is written down': async (shopper, body) => {
    till.addFault({ kind: 'slow', ms: 1_000, on: charges });
    await killWhen(shopper, body, async () => {
      await until(() => hasOrder(shopper));
      const { id } = await orderOf(shopper);
      await whileLocked(`SELECT 1 FROM orders WHERE id = '${id}' FOR UPDATE`, () => until(isWaitingForLock));
    });
  },
  'after it is written down, before the shopper is told': (shopper, body) =>
    killWhen(shopper, body, () =>
      until(async () => (await hasOrder(shopper)) && (await orderOf(shopper)).status !== 'payment_pending'),
    ),
};

let count = 0;

describe.each(Object.keys(moments))('killed %s', (moment) => {
  test.each([
    ['the shopper sends it again', 'pm_card_visa'],
    ['nobody does, and the sweep goes on', 'pm_card_visa'],
    ['the shopper sends it again, and the card is declined', declinedCard],
  ])('%s: one order, one charge', async (then, token) => {
    const sku = await addProduct(`CRASH-${++count}`, { available: 9 });
    const shopper = await shopperWith(callHandlers, sku);
    const body = await cardBody(shopper, token);
    // Otherwise the webhook would tell what the dead process cannot.
    till.addFault({ kind: 'webhook_drop', times: 9 });
    await moments[moment]?.(shopper, body, sku);
    till.clearFaults();

    const nothingStands = !(await hasOrder(shopper));
    expect(nothingStands).toBe(moment === 'before the order is committed');
    const again = !then.startsWith('nobody');
    if (again || nothingStands) {
      const response = await shopper.orderUntilSettled(body);
      expect(response.status).toBe(token === declinedCard ? 402 : 201);
    } else {
      await db().$executeRaw`UPDATE payment SET updated_at = now() - interval '1 minute'`;
      await sweepPayments();
      expect((await shopper.order(body)).status).toBe(201);
    }
    const order = await orderOf(shopper);
    const charged = token !== declinedCard;
    expect(order).toMatchObject({ status: charged ? 'paid' : 'payment_declined' });
    expect(order.payments).toHaveLength(1);
    expect(till.ledger(order.id).filter(({ live }) => live)).toHaveLength(charged ? 1 : 0);
    expect(await db().order.count({ where: { userId: order.userId } })).toBe(1);
    expect(await availableOf(sku)).toBe(8);
  });
});

test('killed while the provider is asked for a refund: the sweep makes it, once', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('CRASH-REFUND', { available: 9 }));
  await shopper.order(await cardBody(shopper));
  const order = await orderOf(shopper);
  const shop = await startShopProcess();
  till.addFault({ kind: 'timeout_after', on: { method: 'POST', path: '/v1/refunds' } });
  const headers = { 'content-type': 'application/json', cookie: shopper.cookie };
  const sent = callUrl(shop.url)(`/api/orders/${order.id}/cancel`, { method: 'POST', headers, body: '{}' });
  const over = sent.catch(() => undefined);
  await until(() => till.ledger(order.id)[0]?.refunded === order.totalMinor);
  await kill(shop);
  await over;
  expect(await orderOf(shopper)).toMatchObject({ status: 'refunded' });
  expect(
    (await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).headers.get('idempotent-replayed'),
  ).toBe('true');
  await db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute'`;
  await sweepPayments();
  expect(await db().refund.findMany({ where: { orderId: order.id } })).toMatchObject([
    { status: 'succeeded' },
  ]);
  expect(till.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor }]);
  const late = {
    userId: order.userId,
    orderId: order.id,
    id: crypto.randomUUID(),
    reason: 'again',
    actor: 'operator:eva',
  };
  await expect(refundOrder(late)).rejects.toMatchObject({ code: 'not_refundable' });
});
