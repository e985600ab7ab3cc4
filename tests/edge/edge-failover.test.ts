import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { openTestEdge } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Two processes of the shop behind nginx, and the fate of a request when one of them dies. */

await openTestShop();

/** The next matching request loses its answer after its work is done, as when a process dies. */
let dying: { method: string; path: string } | undefined;

const mortal: RequestListener = (request, response) => {
  const doomed = dying && request.method === dying.method && request.url?.split('?')[0] === dying.path;
  if (!doomed) return void handlersListener(request, response);
  dying = undefined;
  const end = () => void request.socket.destroy();
  // Discards everything that would be written. At its end the connection breaks.
  Object.assign(response, { writeHead: () => response, write: () => true, flushHeaders: () => {}, end });
  handlersListener(request, response);
};

const processes = [await startUpstream(mortal), await startUpstream(mortal)];
const edge = await openTestEdge({ upstreams: processes.map(({ address }) => address) });
const asked = (method: string, path: string) =>
  processes.reduce((sum, upstream) => sum + upstream.asked(method, path), 0);

afterEach(async () => {
  expect(dying).toBeUndefined();
  // nginx skips a failed process for two seconds, counted in whole seconds.
  await sleep(3_200);
});

async function ready(sku: string): Promise<Shopper> {
  return shopperWith(edge.call, await addProduct(sku));
}

describe('a process that dies after its work and before its answer', () => {
  test('an order with its key in the header is sent to the other process, which answers with the existing order', async () => {
    const shopper = await ready('KEYED');
    const body = await shopper.body();
    const before = asked('POST', '/api/orders');
    dying = { method: 'POST', path: '/api/orders' };
    const response = await shopper.order(body);
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(asked('POST', '/api/orders') - before).toBe(2);
    expect(await soldOf('KEYED')).toEqual({ orders: 1, quantity: 1 });
  });

  test('an order with its key only in the body is sent once, and the shopper retries it', async () => {
    const shopper = await ready('UNKEYED');
    const body = await shopper.body();
    const before = asked('POST', '/api/orders');
    dying = { method: 'POST', path: '/api/orders' };
    const lost = await shopper.send('POST', '/api/orders', body);
    expect([lost.status, lost.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
    expect(Number(lost.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await lost.json()).toMatchObject({ code: 'unavailable', retryable: true });
    expect(asked('POST', '/api/orders') - before).toBe(1);
    const again = await shopper.send('POST', '/api/orders', body);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await soldOf('UNKEYED')).toEqual({ orders: 1, quantity: 1 });
  });

  test.each([
    ['PUT', '/api/cart/lines/CHANGE', { quantity: 3 }],
    ['POST', '/api/orders/8d8ac610-566d-4ef0-9c22-186b2a5ed793/cancel', {}],
  ])('a %s is not sent a second time', async (method, path, body) => {
    await addProduct('CHANGE').catch(() => undefined);
    const shopper = await shopperWith(edge.call, 'CHANGE');
    const before = asked(method, path);
    dying = { method, path };
    const lost = await shopper.send(method, path, body);
    expect([lost.status, ((await lost.json()) as { code: string }).code]).toEqual([503, 'unavailable']);
    expect(asked(method, path) - before).toBe(1);
  });

  test('a GET is answered by the other process', async () => {
    const shopper = await ready('READ');
    dying = { method: 'GET', path: '/api/cart' };
    expect((await shopper.cart()).lines).toMatchObject([{ sku: 'READ' }]);
  });
});

describe('processes that are gone', () => {
  test('while one process is gone every request still works', async () => {
    const shopper = await ready('ONEGONE');
    await processes[0]?.stop();
    try {
      for (let quantity = 2; quantity < 8; quantity += 1) {
        expect((await shopper.send('POST', '/api/orders/none/cancel', {})).status).toBe(404);
      }
      const body = await shopper.body();
      expect((await shopper.order(body)).status).toBe(201);
    } finally {
      await processes[0]?.start();
    }
  });

  test('while all are gone every client is told when to retry, and it works two seconds after their return', async () => {
    const shopper = await ready('ALLGONE');
    const body = await shopper.body();
    await Promise.all(processes.map((upstream) => upstream.stop()));
    try {
      const order = await shopper.order(body, { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
      expect([order.status, order.headers.get('content-type'), order.headers.get('retry-after')]).toEqual([
        503,
        'application/problem+json',
        '2',
      ]);
      expect(await order.json()).toMatchObject({
        type: 'urn:once:problem:unavailable',
        status: 503,
        title: '商店暂时无法处理订单',
        requestId: order.headers.get('x-request-id'),
      });
      const form = await shopper.orderByForm(body);
      expect([form.status, form.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
      expect(await form.text()).toContain('It makes one order, however often it is sent');
      const page = await shopper.request('/checkout', { headers: { 'accept-language': 'zh' } });
      expect([page.status, page.headers.get('cache-control')]).toEqual([503, 'no-store']);
      expect(await page.text()).toContain('商店马上回来');
    } finally {
      await Promise.all(processes.map((upstream) => upstream.start()));
    }
    await sleep(3_200);
    expect((await shopper.order(body)).status).toBe(201);
    expect(await soldOf('ALLGONE')).toEqual({ orders: 1, quantity: 1 });
  });
});
