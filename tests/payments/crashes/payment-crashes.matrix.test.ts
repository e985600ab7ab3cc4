import { describe, expect, onTestFinished, test } from 'vitest';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';
import { kill, orderLock, until, whileLocked } from '#tests/support/faults/crash-steps.ts';
import { casesOf } from '#tests/support/matrix.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { type Left, nextSku, notBooked, notWritten, openCrashShop, written } from './crash-shop.ts';

/**
 * A process of the shop is killed (-9) at every step of a card order, without notice to the others. Then
 * either the shopper sends the same submission again, or only the sweep continues. Both end the same: one
 * order, one charge, and records that agree.
 */

const {
  database,
  proxy,
  simulator,
  redis,
  isAsked,
  isBooked,
  leftOf,
  keepAnswer,
  holdWhatIsWritten,
  expectOneOrder,
} = await openCrashShop();

const charges = { method: 'POST', path: '^/v1/payment_intents$' };

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
    ['no request comes, and the sweep continues', 'pm_card_visa'],
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

    if (!then.startsWith('no request') || moment.left(token) === undefined) {
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
