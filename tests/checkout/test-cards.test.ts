import { request as ask, createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { orderListener } from '#host/calls/node-listener.ts';
import { localMark } from '#host/local-request.ts';
import { setOwnHeader } from '#lib/platform/http/client-address.ts';
import { declareHostResolvesIp, localHeader } from '#lib/platform/http/http.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, declinedCard } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

/**
 * Test cards on a shop for the local machine only. A proxy that the shop does not know forwards its requests.
 */

await openPayingShop({ LOCAL_SHOP: '1' });
declareHostResolvesIp();
const handle = orderListener('127.0.0.1');

/** Serves orders as server.ts does, with these trusted proxies. */
async function serve(trustedProxies: string[]) {
  const server = createServer((request, response) => {
    setOwnHeader(request, localHeader, localMark(request, trustedProxies));
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (body: unknown, headers: OutgoingHttpHeaders) => {
    const call = ask({ port, path: '/api/orders', method: 'POST', headers });
    call.end(JSON.stringify(body));
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    return promise;
  };
}

const ofProxy = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'shop.example' };

// What broke: behind a proxy that rewrites the host, any visitor could pay with a test card.
test('a proxy that is not in TRUSTED_PROXIES does not allow test cards', async () => {
  const post = await serve([]);
  const sku = await addProduct('PASSED-ON');
  const shopper = await shopperWith(callHandlers, sku);
  const card = await cardBody(shopper);
  const headers = { cookie: shopper.cookie, 'content-type': 'application/json' };
  expect(await post(card, { ...headers, ...ofProxy })).toBe(400);
  expect(await post(card, { ...headers, ...ofProxy, [localHeader]: '1' })).toBe(400);
  expect(await soldOf(sku)).toMatchObject({ orders: 0 });
  expect(await post(card, headers)).toBe(201);
});

test('an invoice is still accepted', async () => {
  const post = await serve([]);
  const shopper = await shopperWith(callHandlers, await addProduct('PASSED-ON-INVOICE'));
  const headers = { cookie: shopper.cookie, 'content-type': 'application/json', ...ofProxy };
  expect(await post(await shopper.body(), headers)).toBe(201);
});

test('behind the shop’s own edge only the person at this machine can pay with test cards', async () => {
  const post = await serve(['127.0.0.1']);
  const shopper = await shopperWith(callHandlers, await addProduct('OWN-EDGE'));
  const card = await cardBody(shopper);
  const headers = { cookie: shopper.cookie, 'content-type': 'application/json' };
  expect(await post(card, { ...headers, 'x-forwarded-for': '203.0.113.9' })).toBe(400);
  expect(await post(card, { ...headers, 'x-forwarded-for': '127.0.0.1' })).toBe(201);
});

test('the next card of an order is refused as well', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('PASSED-ON-AGAIN'));
  const declined = await shopper.order(await cardBody(shopper, declinedCard));
  const { order } = (await declined.json()) as { order: { id: string } };
  const pay = (headers: Record<string, string>) =>
    shopper.send(
      'POST',
      `/api/orders/${order.id}/payments`,
      { attempt: 2, method: 'card', token: 'pm_card_visa' },
      headers,
    );
  expect((await pay({ [localHeader]: '0' })).status).toBe(400);
  expect((await pay({ [localHeader]: '1' })).status).toBe(201);
});
