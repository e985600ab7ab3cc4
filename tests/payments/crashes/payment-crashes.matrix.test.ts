import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db, statementName } from '#lib/platform/database/db.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';
import { openOwnDatabase } from '#tests/support/faults/crash-database.ts';
import { kill, orderLock, until, whileLocked } from '#tests/support/faults/crash-steps.ts';
import { casesOf } from '#tests/support/matrix.ts';
import { cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/**
 * A process of the shop is killed (-9) at every step of a card order, without notice to the others. Then
 * either the shopper sends the same submission again, or only the sweep goes on. Both end the same: one
 * order, one charge, and records that agree. The same is tested with the database server killed.
 */

// Replaces the database that every test file has.
const database = await openOwnDatabase();
const { simulator, redis, beforeReply } = await openPayingShop({ DATABASE_URL: database.url });
const { proxy } = database;
afterEach(async () => {
  simulator.clearFaults();
  beforeReply(async () => undefined);
  proxy.heal();
  await expectBooksToAgree(simulator);
});

const charges = { method: 'POST', path: '^/v1/payment_intents$' };

/** The name of the prepared COMMIT: the driver sends the SQL text itself only once per connection. */
const commit = statementName('COMMIT');

const hasOrder = async (shopper: Shopper) =>
  (await db().order.count({ where: { userId: shopper.userId } })) > 0;
const isAsked = async (shopper: Shopper) =>
  (await hasOrder(shopper)) && simulator.usesOfKey(`order:${(await orderOf(shopper)).id}:1`) > 0;
const isBooked = async (shopper: Shopper) =>
  (await hasOrder(shopper)) && simulator.ledger((await orderOf(shopper)).id).length > 0;

/**
 * The records after a crash, in the shop and in the provider's ledger, which has a line for a refusal, too.
 */
interface Left {
  order: string;
  payment: string | undefined;
  asked: number;
  booked: number;
}

async function leftOf(shopper: Shopper): Promise<Left | undefined> {
  if (!(await hasOrder(shopper))) return undefined;
  const { id, status, payments } = await orderOf(shopper);
  const asked = simulator.usesOfKey(`order:${id}:1`);
  return { order: status, payment: payments[0]?.status, asked, booked: simulator.ledger(id).length };
}

const notAsked: Left = { order: 'payment_pending', payment: 'created', asked: 0, booked: 0 };
const notBooked: Left = { ...notAsked, asked: 1 };
const notWritten: Left = { ...notBooked, booked: 1 };
const written = (token: string): Left =>
  token === declinedCard
    ? { ...notWritten, order: 'payment_declined', payment: 'declined' }
    : { ...notWritten, order: 'paid', payment: 'succeeded' };

/** Holds the provider's answer to a charge until it is released. */
function keepAnswer(): { given: Promise<void>; letGo: () => void } {
  const given = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  beforeReply(() => {
    given.resolve();
    return gone.promise;
  });
  return { given: given.promise, letGo: gone.resolve };
}

/** Stops the transaction that records the provider's answer before or after its COMMIT. */
async function holdWhatIsWritten(what: 'hold_request' | 'hold_reply'): Promise<void> {
  const answer = keepAnswer();
  await answer.given;
  proxy.disturb({ kind: what, to: [commit] });
  answer.letGo();
  await until(proxy.isHolding);
}

/** A submission to a separate process, which the test kills on the way. */
interface Crash {
  shopper: Shopper;
  sku: string;
  /** Sits between the shopper and the process. */
  door: TcpProxy;
  send: () => void;
  /** Kills the process and reads the records while the obstacle that stopped it is still there. */
  killNow: () => Promise<void>;
}

interface Moment {
  crash: (crash: Crash) => Promise<void>;
  left: (token: string) => Left | undefined;
}

const moments: Record<string, Moment> = {
  'before the order is committed': {
    async crash({ sku, send, killNow }) {
      const statement = 'SELECT 1 FROM stock WHERE sku = $1 FOR UPDATE';
      await whileLocked(database.url, { statement, values: [sku] }, async (isWaitedFor) => {
        send();
        await until(isWaitedFor);
        await killNow();
      });
    },
    left: () => undefined,
  },
  'after the commit, while the provider is asked and has charged nothing': {
    async crash({ shopper, send, killNow }) {
      simulator.addFault({ kind: 'timeout_before', on: charges });
      send();
      await until(() => isAsked(shopper));
      await killNow();
    },
    left: () => notBooked,
  },
  'after the charge, before its answer': {
    async crash({ shopper, send, killNow }) {
      simulator.addFault({ kind: 'timeout_after', on: charges });
      send();
      await until(() => isBooked(shopper));
      await killNow();
    },
    left: () => notWritten,
  },
  'after the answer, before it is written down': {
    async crash({ shopper, send, killNow }) {
      const answer = keepAnswer();
      send();
      await answer.given;
      await whileLocked(database.url, orderLock((await orderOf(shopper)).id), async (isWaitedFor) => {
        answer.letGo();
        await until(isWaitedFor);
        await killNow();
      });
    },
    left: () => notWritten,
  },
  'after it is written down, before the shopper is told': {
    async crash({ send, killNow }) {
      send();
      await holdWhatIsWritten('hold_reply');
      await killNow();
    },
    left: written,
  },
  'after it has answered, before the shopper hears it': {
    async crash({ door, send, killNow }) {
      door.disturb({ kind: 'lose_reply', to: ['POST /api/orders'] });
      send();
      await until(() => door.disturbed() > 0);
      await killNow();
    },
    left: written,
  },
};

let count = 0;
const nextSku = () => addProduct(`CRASH-${++count}`, { available: 9 });

/** Sends the submission and kills the process that received it at that moment. */
async function crashAt({ crash, left }: Moment, shopper: Shopper, body: OrderBody, sku: string) {
  const { child, url } = await startShopProcess();
  const door = await startTcpProxy(Number(new URL(url).port));
  onTestFinished(() => door.close());
  let told: Promise<number | 'nothing'> | undefined;
  const send = () => {
    const headers = { 'content-type': 'application/json', cookie: shopper.cookie };
    const call = callUrl(`http://127.0.0.1:${door.port}`);
    told = call('/api/orders', { method: 'POST', headers, body: JSON.stringify(body) }).then(
      ({ status }) => status,
      () => 'nothing',
    );
  };
  const killNow = async () => {
    await kill(child);
    proxy.heal();
    expect(await told).toBe('nothing');
    expect(await leftOf(shopper)).toEqual(left(String((body.payment as { token: string }).token)));
  };
  await crash({ shopper, sku, door, send, killNow });
  expect(child.signalCode).toBe('SIGKILL');
}

const sampledMoments = ['before the order is committed', 'after the charge, before its answer'];

describe.each(casesOf(moments, sampledMoments))('killed %s', (_name, moment) => {
  test.each([
    ['the shopper sends it again', 'pm_card_visa'],
    ['nobody does, and the sweep goes on', 'pm_card_visa'],
    ['the shopper sends it again, and the card is declined', declinedCard],
  ])('%s: one order, one charge', async (then, token) => {
    const sku = await nextSku();
    const shopper = await shopperWith(callHandlers, sku);
    const body = await cardBody(shopper, token);
    // Otherwise the webhook would report what the dead process cannot.
    simulator.addFault({ kind: 'webhook_drop', times: 9 });
    await crashAt(moment, shopper, body, sku);
    simulator.clearFaults();
    // Expires the lease of the dead owner's claim, so that the test need not wait half a minute.
    await redis.flush();

    if (!then.startsWith('nobody') || moment.left(token) === undefined) {
      const response = await shopper.orderUntilSettled(body);
      expect(response.status).toBe(token === declinedCard ? 402 : 201);
    } else {
      await db().$executeRaw`UPDATE payment SET updated_at = now() - interval '1 minute'`;
      await sweepPayments();
      expect(await leftOf(shopper)).toMatchObject({ order: 'paid', payment: 'succeeded' });
      expect((await shopper.order(body)).status).toBe(201);
    }
    await expectOneOrder(shopper, sku, { charged: token !== declinedCard });
  });
});

async function expectOneOrder(shopper: Shopper, sku: string, { charged = true } = {}): Promise<void> {
  const order = await orderOf(shopper);
  expect(order).toMatchObject({ status: charged ? 'paid' : 'payment_declined' });
  expect(order.payments).toHaveLength(1);
  expect(simulator.ledger(order.id).filter(({ live }) => live)).toHaveLength(charged ? 1 : 0);
  expect(await db().order.count({ where: { userId: order.userId } })).toBe(1);
  expect(await availableOf(sku)).toBe(8);
}

test('killed while it asks the provider for a refund: the sweep refunds once', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('CRASH-REFUND', { available: 9 }));
  await shopper.order(await cardBody(shopper));
  const order = await orderOf(shopper);
  const refunds = () => db().refund.findMany({ where: { orderId: order.id } });
  const shop = await startShopProcess();
  simulator.addFault({ kind: 'webhook_drop', times: 9 });
  simulator.addFault({ kind: 'timeout_after', on: { method: 'POST', path: '/v1/refunds' } });
  const headers = { 'content-type': 'application/json', cookie: shopper.cookie };
  const sent = callUrl(shop.url)(`/api/orders/${order.id}/cancel`, { method: 'POST', headers, body: '{}' });
  const told = sent.then(
    ({ status }) => status,
    () => 'nothing',
  );
  await until(() => simulator.ledger(order.id)[0]?.refunded === order.totalMinor);
  await kill(shop.child);
  expect(await told).toBe('nothing');
  // The provider has executed the refund, and the shop records it only after it has heard of it.
  expect(await orderOf(shopper)).toMatchObject({ status: 'cancelled', payments: [{ status: 'returning' }] });
  expect(await refunds()).toMatchObject([{ status: 'created' }]);
  expect(
    (await shopper.send('POST', `/api/orders/${order.id}/cancel`, {})).headers.get('idempotent-replayed'),
  ).toBe('true');
  await db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute'`;
  await sweepPayments();
  expect(await refunds()).toMatchObject([{ status: 'succeeded' }]);
  expect(await orderOf(shopper)).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
  expect(simulator.ledger(order.id)).toMatchObject([{ refunded: order.totalMinor }]);
  const late = {
    userId: order.userId,
    orderId: order.id,
    id: crypto.randomUUID(),
    reason: 'again',
    actor: eva,
  };
  await expect(refundOrder(late)).rejects.toMatchObject({ code: 'not_refundable' });
});

/** Where the database server is killed, and what it has kept after the restart. */
const blackouts: Record<string, { hold: () => Promise<void>; kept: Left | undefined }> = {
  'before the order is committed': {
    async hold() {
      proxy.disturb({ kind: 'hold_request', to: [commit] });
      await until(proxy.isHolding);
    },
    kept: undefined,
  },
  'after the order is committed, before the shop hears of it': {
    async hold() {
      proxy.disturb({ kind: 'hold_reply', to: [commit] });
      await until(proxy.isHolding);
    },
    kept: notAsked,
  },
  'after the charge, before it is written down': {
    hold: () => holdWhatIsWritten('hold_request'),
    kept: notWritten,
  },
  'after the charge is written down, before the shop hears of it': {
    hold: () => holdWhatIsWritten('hold_reply'),
    kept: written('pm_card_visa'),
  },
};

const sampledBlackouts = ['after the order is committed, before the shop hears of it'];

describe.each(casesOf(blackouts, sampledBlackouts))(
  'the database server is killed %s',
  (_name, { hold, kept }) => {
    test('the same submission is one order and one charge after the restart', async () => {
      const sku = await nextSku();
      const shopper = await shopperWith(callHandlers, sku);
      const body = await cardBody(shopper);
      simulator.addFault({ kind: 'webhook_drop', times: 9 });
      const stopped = hold();
      const told = shopper.order(body);
      await stopped;
      await database.kill();
      proxy.heal();
      const answer = await told;
      expect([409, 503]).toContain(answer.status);
      expect(await answer.json()).toMatchObject({ retryable: true });
      await database.start();
      expect(await leftOf(shopper)).toEqual(kept);
      expect((await shopper.orderUntilSettled(body)).status).toBe(201);
      await expectOneOrder(shopper, sku);
    });
  },
);
