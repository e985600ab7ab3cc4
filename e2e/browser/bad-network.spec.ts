import { expect, test } from '../support/test.ts';

test('on a slow network the button stays locked and makes one order', async ({ page, shop, context }) => {
  await shop.readyToOrder();
  const network = await context.newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 2_000,
    downloadThroughput: 6_000,
    uploadThroughput: 3_000,
  });
  await shop.placeOrder.dblclick();
  await expect(shop.submitButton).toHaveText('Sending your order…');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  await shop.expectOneOrderShown();
});

test('a lost reply leads to the existing order, without sending it again', async ({ page, shop }) => {
  await shop.readyToOrder();
  let sent = 0;
  await page.route('**/api/orders', async (route) => {
    sent += 1;
    await route.fetch();
    await route.abort('connectionreset');
  });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  expect(sent).toBe(1);
});

test('an order request that never arrived is sent again automatically, with the same key, and makes one order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  const keys: (string | undefined)[] = [];
  await page.route('**/api/orders', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length === 1) await route.abort('connectionreset');
    else await route.continue();
  });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('a page that is offline at the press of the button says so, and orders once when it is online again', async ({
  page,
  shop,
  context,
}) => {
  await shop.readyToOrder();
  await context.setOffline(true);
  await shop.placeOrder.click();
  await expect(page.getByText('You are offline. Your order will be sent automatically')).toBeVisible();
  await expect(shop.submitButton).toHaveAttribute('aria-disabled', 'true');
  expect(await shop.orders()).toHaveLength(0);
  await context.setOffline(false);
  await shop.expectOneOrderShown();
});

test('a connection that breaks during an order leads to the one order after reconnecting', async ({
  page,
  shop,
  context,
}) => {
  await shop.readyToOrder();
  await page.route('**/api/orders', async (route) => {
    await route.fetch();
    await context.setOffline(true);
    await route.abort('internetdisconnected');
  });
  await shop.placeOrder.click();
  await expect(page.getByText('You are offline. When you are back online')).toBeVisible();
  await context.setOffline(false);
  await shop.expectOneOrderShown();
});

test('a busy shop gets the same order request again after the time it named, and makes one order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  let sent = 0;
  await page.route('**/api/orders', async (route) => {
    sent += 1;
    if (sent > 2) return route.continue();
    await route.fulfill({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
      body: JSON.stringify({ code: 'overloaded', detail: 'The shop is very busy.', retryable: true }),
    });
  });
  await shop.placeOrder.click();
  await expect(page.getByText(/^Trying again in \d seconds?$/)).toBeVisible();
  await shop.expectOneOrderShown();
  expect(sent).toBe(3);
});

test('an order that is still in progress is waited for, not sent again', async ({ page, shop }) => {
  await shop.readyToOrder();
  let sent = 0;
  await page.route('**/api/orders', async (route) => {
    sent += 1;
    await route.fetch();
    await route.fulfill({
      status: 409,
      headers: { 'retry-after': '3', 'content-type': 'application/problem+json' },
      body: JSON.stringify({ code: 'in_progress', detail: 'Still being worked on.', retryable: true }),
    });
  });
  await shop.placeOrder.click();
  await expect(page.getByText('We are working on your order')).toBeVisible();
  await shop.expectOneOrderShown();
  expect(sent).toBe(1);
});
