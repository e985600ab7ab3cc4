import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeDirectRoutes } from '#host/calls/direct-routes.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1:1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');

/** Stands for Next. */
const nextStatus = 299;
const answers = await makeDirectRoutes(path.resolve(import.meta.dirname, '..', '..'), '127.0.0.1');
const server = createServer((request, response) => {
  if (!answers(request, response)) response.writeHead(nextStatus).end();
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

function call(method: string, url: string, headers: Record<string, string> = {}) {
  const { port } = server.address() as AddressInfo;
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: number }>(
    (resolve, reject) => {
      send({ port, host: '127.0.0.1', path: url, method, headers, agent: false }, async (response) => {
        let bytes = 0;
        for await (const chunk of response) bytes += (chunk as Buffer).length;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
      })
        .on('error', reject)
        .end();
    },
  );
}

test.each([
  ['GET', '/api/health', 200],
  ['GET', '/api/health/?a=b', 200],
  ['GET', '/api/openapi.json', 200],
  ['PATCH', '/api/cart', 405],
  ['POST', '/cart/add', 303],
  ['GET', '/api/orders/1', 404],
  ['GET', '/orders/1/payment-return?redirect_status=succeeded', 303],
])('%s %s is answered by its handler', async (method, url, status) => {
  expect((await call(method, url)).status).toBe(status);
});

// Next has rules of its own for these.
test.each([
  ['HEAD', '/api/health'],
  ['OPTIONS', '/api/health'],
  ['GET', '/api//health'],
  ['GET', '/api/../health'],
  ['GET', '/api/./health'],
  ['GET', '/api/products/a%20b'],
  ['GET', '/api/no-such-call'],
  ['GET', '/api/cart/lines'],
  ['POST', '/cart'],
  ['GET', '/cart/add'],
  // These handlers use Next's cache.
  ['POST', '/api/catalogue/changes'],
  ['GET', '/api/cron/jobs'],
  ['GET', '/products/cup.svg'],
])('%s %s is Next’s', async (method, url) => {
  expect((await call(method, url)).status).toBe(nextStatus);
});

test('every answer has an id and the security headers, also one of a handler that sets none', async () => {
  for (const url of ['/api/health', '/orders/1/payment-return']) {
    const { headers } = await call('GET', url, { 'x-request-id': 'the-id-of-a-client' });
    expect(headers['x-request-id'], url).toBe('the-id-of-a-client');
    expect(headers['x-content-type-options'], url).toBe('nosniff');
  }
});

test('a long answer is compressed for a client that takes it, and a short one is not', async () => {
  const [plain, zipped, refused, short] = await Promise.all([
    call('GET', '/api/openapi.json'),
    call('GET', '/api/openapi.json', { 'accept-encoding': 'gzip, br' }),
    call('GET', '/api/openapi.json', { 'accept-encoding': 'gzip;q=0' }),
    call('GET', '/api/health', { 'accept-encoding': 'gzip' }),
  ]);
  expect([plain, zipped, refused, short].map(({ headers }) => headers['content-encoding'])).toEqual([
    undefined,
    'gzip',
    undefined,
    undefined,
  ]);
  expect(zipped.bytes).toBeLessThan(plain.bytes / 2);
  for (const { headers, bytes } of [plain, zipped, short])
    expect(Number(headers['content-length'])).toBe(bytes);
});
