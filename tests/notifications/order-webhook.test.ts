import { afterAll, beforeEach, expect, test } from 'vitest';
import { changeOrder } from '#lib/orders/change-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { startWebhookReceiver } from '#tests/support/services/webhook-receiver.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

const receiver = await startWebhookReceiver();
await openTestShop({
  env: {
    ORDER_WEBHOOK_URL: receiver.url,
    ORDER_WEBHOOK_SECRET: receiver.secret,
    PUBLIC_URL: 'https://shop.test',
  },
});
afterAll(() => receiver.close());

const sku = await addProduct('LAMP', { priceMinor: 4_100 });

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  receiver.received.length = 0;
  receiver.answers.length = 0;
});

const work = () => drainJobs({ limitMs: 30_000 });
/** Skips the wait until the next retry. */
const passTime = () => db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;

test('an order event is posted with its signature, and names the order, its new status and the reason', async () => {
  const order = await placeOrder(sku);
  const { number } = await db().order.findFirstOrThrow({ where: { id: order.orderId } });
  await announceLater(order);
  await work();
  expect(receiver.forged).toBe(0);
  expect(receiver.received).toEqual([
    {
      id: `order_${order.orderId}_1`,
      event: {
        type: 'order.placed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        data: {
          order: {
            id: order.orderId,
            number,
            totalMinor: 4_599,
            currency: 'USD',
            url: `https://shop.test/orders/${order.orderId}`,
          },
          status: 'placed',
          version: 1,
          actor: 'shopper',
          reason: 'submitted the checkout',
        },
      },
    },
  ]);
  const delivery = await db().webhookDelivery.findFirstOrThrow({ where: { orderId: order.orderId } });
  expect(delivery).toMatchObject({ status: 'delivered', url: receiver.url });
});

test.each([500, 404, 302])(
  'an event that is answered with %i is posted again with the same id',
  async (answer) => {
    const order = await placeOrder(sku);
    receiver.answers.push(answer);
    await announceLater(order);
    expect(await work()).toMatchObject({ failed: 1 });
    await passTime();
    expect(await work()).toMatchObject({ failed: 0 });
    expect(receiver.received.map(({ id }) => id)).toEqual(Array(2).fill(`order_${order.orderId}_1`));
  },
);

test('each version of an order is a separate event, posted once however often its notification runs', async () => {
  const order = await placeOrder(sku);
  await db().$transaction((tx) =>
    changeOrder(tx, {
      ...order,
      from: 'placed',
      to: 'fulfilled',
      actor: { kind: 'operator', name: 'ada' },
      reason: 'handed to the carrier',
    }),
  );
  await announceLater(order, { ...order, version: 2 });
  await announceLater(order);
  await work();
  const posted = receiver.received.map(({ id, event }) => `${id} ${event.type} ${event.data.status}`).sort();
  expect(posted).toEqual([
    `order_${order.orderId}_1 order.placed placed`,
    `order_${order.orderId}_2 order.fulfilled fulfilled`,
  ]);
});
