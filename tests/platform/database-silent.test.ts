import { expect, onTestFinished, test, vi } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShopBehindProxy } from '#tests/support/shop/test-shop.ts';

/**
 * A database that vanishes without a reset or an end, only silence (`endWhenSilent` in
 * lib/platform/database/db.ts).
 */

const { proxy } = await openTestShopBehindProxy();

test('a silent database is given up after some seconds, and the next call finds one that answers', async () => {
  const sku = await addProduct('SILENT', { available: 10 });
  // An earlier order, so that the writer's connection is open.
  const before = await shopperWith(callHandlers, sku);
  expect((await before.order(await before.body())).status).toBe(201);
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body();
  proxy.silence();
  const told = await shopper.order(body);
  // When the shopper is answered, the shop either still waits for it or has just given it up.
  expect([409, 503]).toContain(told.status);
  expect(await told.json()).toMatchObject({ retryable: true });
  const answers: number[] = [];
  await expect
    .poll(
      async () => {
        const { status } = await shopper.order(body);
        answers.push(status);
        return status;
      },
      { timeout: 40_000, interval: 250 },
    )
    .toBe(201);
  for (const status of answers) expect([201, 409, 503]).toContain(status);
  expect(await soldOf('SILENT')).toEqual({ orders: 2, quantity: 2 });
});

test('a session whose end could not be looked up is refused with advice, and accepted again afterwards', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('SILENT-SESSION'));
  expect((await shopper.request('/api/orders')).status).toBe(200);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  proxy.silence();
  const told = await shopper.request('/api/orders');
  expect([told.status, await told.json()]).toMatchObject([503, { code: 'unavailable', retryable: true }]);
  await expect
    .poll(async () => (await shopper.request('/api/orders')).status, { timeout: 40_000, interval: 250 })
    .toBe(200);
});
