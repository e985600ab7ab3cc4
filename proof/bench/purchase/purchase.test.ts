import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { buyAll, buyStepByStep, partsOf, shopperOf } from '#proof/bench/purchase/drive.ts';
import { type Item, makeShoppers } from '#proof/bench/purchase/shopper.ts';
import { countRightAnswers, orderStep, steps } from '#proof/bench/purchase/steps.ts';

const item: Item = {
  sku: 'MUG-BLUE',
  product: { slug: 'mug', title: 'Mug & saucer' },
  category: { slug: 'kitchen', title: 'Kitchen' },
};

const quote = { submitToken: 'token', cartId: 'cart-1', cartVersion: 2, totalMinor: 100, currency: 'USD' };

/** A shop with the right words on every page. */
const answers: Record<string, { status?: number; body: string; cookies?: string[] }> = {
  'GET /': { body: '<a href="/category/kitchen">' },
  'GET /category/kitchen': { body: '<h1>Kitchen</h1>' },
  'GET /product/mug': { body: '<h1>Mug &amp; saucer</h1>' },
  'POST /cart/add': {
    body: '{"added":1,"cart":{"id":"cart-1"}}',
    cookies: ['session=s; HttpOnly', 'marker=1'],
  },
  'GET /cart': { body: '{"sku":"MUG-BLUE"}' },
  'GET /checkout': { body: '{"sku":"MUG-BLUE"}' },
  'GET /api/checkout?shippingMethod=standard&country=US': { body: JSON.stringify(quote) },
  'POST /api/orders': {
    status: 201,
    body: '{"outcome":"accepted","order":{"url":"/orders/1","number":"Y7KD"}}',
  },
  'GET /orders/1': { body: '<h1>Order Y7KD</h1>' },
};

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** Serves the answers, or others in place of some. Keeps the requests with their bodies. */
async function serve(others: typeof answers = {}) {
  const seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const line = `${request.method} ${request.url}`;
    seen.push({ line, headers: request.headers, body });
    const answer = others[line] ?? answers[line] ?? { status: 404, body: '' };
    if (answer.cookies) response.setHeader('set-cookie', answer.cookies);
    response.writeHead(answer.status ?? 200, { 'content-encoding': 'gzip' }).end(gzipSync(answer.body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('a purchase', () => {
  it('takes all steps in their order, and keeps the cookies from the first answer that sets them', async () => {
    const { origin, seen } = await serve();
    const shoppers = makeShoppers([item], origin, 1);
    const result = await buyAll(shoppers, 1);
    expect(seen.map(({ line }) => line)).toEqual(Object.keys(answers));
    expect(result.statuses).toEqual({ 200: 8, 201: 1 });
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([
      ...Array.from({ length: 4 }, () => undefined),
      ...Array.from({ length: 5 }, () => 'session=s; marker=1'),
    ]);
    expect(countRightAnswers(shoppers)).toBe(steps.length);
  });

  it('orders what the quote says, as the page sends it', async () => {
    const { origin, seen } = await serve();
    await buyAll(makeShoppers([item], origin, 1), 1);
    const { headers, body } = seen[orderStep] ?? { headers: {}, body: '{}' };
    expect(headers).toMatchObject({ 'idempotency-key': 'token', origin, referer: `${origin}/checkout` });
    expect(JSON.parse(body)).toMatchObject({ ...quote, payment: { method: 'invoice' } });
  });

  it('ends at a wrong status, and what was not sent counts as unanswered', async () => {
    const { origin, seen } = await serve({ 'GET /cart': { status: 503, body: '' } });
    const result = await buyAll(makeShoppers([item], origin, 3), 2);
    expect(result.statuses).toEqual({ 200: 12, 503: 3, error: 12 });
    expect(result.sent).toBe(15);
    expect(seen.filter(({ line }) => line === 'POST /api/orders')).toEqual([]);
  });

  it('ends at a problem that has a status of success', async () => {
    const { origin, seen } = await serve({ 'POST /cart/add': { body: '{"problem":"Sold out"}' } });
    const shoppers = makeShoppers([item], origin, 1);
    await buyAll(shoppers, 1);
    expect(seen).toHaveLength(4);
    expect(countRightAnswers(shoppers)).toBe(3);
  });

  it('is wrong if a page does not show what it should', async () => {
    const { origin } = await serve({ 'GET /orders/1': { body: '<h1>Your orders</h1>' } });
    const shoppers = makeShoppers([item], origin, 2);
    await buyAll(shoppers, 2);
    expect(countRightAnswers(shoppers)).toBe(2 * (steps.length - 1));
  });
});

describe('purchases step by step', () => {
  it('let all shoppers take a step before the next one is measured', async () => {
    const { origin, seen } = await serve();
    const shoppers = makeShoppers([item], origin, 3);
    const marks: number[] = [];
    const { usageOf } = await buyStepByStep(shoppers, 2, async (load) => {
      await load();
      marks.push(seen.length);
      return { cpuSeconds: { node: 0.03 * marks.length, load: 1 }, wallSeconds: 1 };
    });
    expect(marks).toEqual(steps.map((_, at) => 3 * (at + 1)));
    const parts = partsOf(shoppers, usageOf, 3);
    expect(parts.map(({ name }) => name)).toEqual(steps.map(({ name }) => name));
    expect(parts[1]?.cpuMs.node).toBeCloseTo(20);
    expect(parts[1]?.cpuMs).not.toHaveProperty('load');
    expect(parts[1]?.bytes).toBe(gzipSync('<h1>Kitchen</h1>').length);
  });
});

it('the request that submits an order is known by its number', () => {
  const all = Array.from({ length: 2 * steps.length }, (_, request) => shopperOf(request));
  expect(all.flatMap((order, request) => (order === undefined ? [] : [[request, order]]))).toEqual([
    [orderStep, 0],
    [steps.length + orderStep, 1],
  ]);
});
