import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as unknownCall from '#app/api/[...path]/route.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import {
  hostileBytes,
  hostileContentType,
  hostileHeader,
  hostileSegment,
  writesNothing,
} from '#tests/support/contract/hostile-input.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** The calls of operators and their machines, and calls that do not exist. */
const CRON_SECRET = 'the secret of the clock';
const METRICS_TOKEN = 'the token of the metrics';
await openTestShop({ env: { CRON_SECRET, METRICS_TOKEN } });
const call = conforming(callHandlers);
const runs = { numRuns: 100 };

test('a client without the secret cannot run the jobs, whatever else it sends', async () => {
  const nearlyRight = fc.constantFrom(
    CRON_SECRET,
    `bearer ${CRON_SECRET}`,
    `Bearer  ${CRON_SECRET}`,
    `Bearer ${CRON_SECRET}, Bearer ${CRON_SECRET}`,
    `Bearer ${CRON_SECRET.slice(1)}`,
    `Bearer ${CRON_SECRET.toUpperCase()}`,
    `Bearer ${METRICS_TOKEN}`,
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(
        fc.option(fc.oneof(hostileHeader, nearlyRight), { nil: undefined }),
        hostileSegment,
        async (authorization, query) => {
          const path = `/api/cron/jobs?secret=${encodeURIComponent(CRON_SECRET)}&${query}`;
          const response = await call(path, {
            headers: authorization === undefined ? {} : { authorization },
          });
          expect(response.status).toBe(401);
          expect(await response.json()).toMatchObject({ code: 'token_required' });
        },
      ),
      runs,
    ),
  );
});

test('a client without the token cannot read the metrics', async () => {
  const nearlyRight = fc.constantFrom(METRICS_TOKEN, `bearer ${METRICS_TOKEN}`, `Bearer ${CRON_SECRET}`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostileHeader, nearlyRight), async (authorization) => {
      const response = await callHandlers('/api/metrics', { headers: { authorization } });
      expect([response.status, await response.json()]).toMatchObject([401, { code: 'token_required' }]);
    }),
    runs,
  );
});

test('no query or header changes health, readiness, the document or the metrics', async () => {
  const paths = ['/api/health', '/api/ready', '/api/openapi.json', '/api/metrics'];
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        hostileSegment,
        hostileHeader,
        async (path, query, header) => {
          const response = await callHandlers(`${path}?${query}=${query}`, {
            headers: {
              cookie: header,
              origin: header,
              'x-request-id': header,
              'x-forwarded-for': header,
              ...(path === '/api/metrics' && { authorization: `Bearer ${METRICS_TOKEN}` }),
            },
          });
          expect(response.status).toBe(200);
          expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{8,64}$/);
        },
      ),
      runs,
    ),
  );
});

test('a shop without cards ignores every provider event', async () => {
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(hostileBytes, hostileHeader, async (body, signature) => {
        const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
        const response = await call('/api/webhooks/payments', { method: 'POST', headers, body });
        expect(response.status).toBe(404);
      }),
      { numRuns: 80 },
    ),
  );
});

const writingMethods = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Every call with its methods. */
const methodsOf: Record<string, string[]> = {
  '/api/cart': ['GET'],
  '/api/cart/lines/FUZZ': ['PUT'],
  '/api/checkout': ['GET'],
  '/api/cron/jobs': ['GET'],
  '/api/health': ['GET'],
  '/api/metrics': ['GET'],
  '/api/openapi.json': ['GET'],
  '/api/orders': ['GET', 'POST'],
  '/api/orders/1': ['GET'],
  '/api/orders/1/cancel': ['POST'],
  '/api/orders/1/payments': ['POST'],
  '/api/products': ['GET'],
  '/api/products/fuzz': ['GET'],
  '/api/ready': ['GET'],
  '/api/submissions/1': ['GET'],
  '/api/webhooks/payments': ['POST'],
};

test('a method that a call lacks is refused with the list of its methods, whatever is sent', async () => {
  const asked = fc.constantFrom(
    ...Object.entries(methodsOf).flatMap(([path, methods]) =>
      ['GET', ...writingMethods]
        .filter((method) => !methods.includes(method))
        .map((method) => [path, method]),
    ),
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(
        asked,
        hostileContentType,
        hostileBytes,
        async ([path = '', method = ''], type, body) => {
          const headers = { 'content-type': type };
          const response = await callHandlers(path, {
            method,
            headers,
            body: method === 'GET' ? null : body,
          });
          expect([response.status, await response.json()]).toMatchObject([
            405,
            { code: 'method_not_allowed' },
          ]);
          expect(response.headers.get('allow')?.split(', ')).toEqual(methodsOf[path]);
        },
      ),
      { numRuns: 200 },
    ),
  );
});

test('an unknown call is not found, with any name, method and body', async () => {
  const handlers: Record<string, (typeof unknownCall)['GET']> = { ...unknownCall };
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'OPTIONS', ...writingMethods),
        hostileSegment,
        hostileBytes,
        async (method, path, body) => {
          const hasBody = writingMethods.includes(method);
          const request = new Request(`http://shop.test/api/${path}`, {
            method,
            body: hasBody ? body : null,
          });
          const response = await handlers[method]?.(request, {});
          if (!response) throw new Error(`no handler for ${method}`);
          expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
        },
      ),
      runs,
    ),
  );
});
