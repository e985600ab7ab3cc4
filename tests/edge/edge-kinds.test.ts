import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listRoutes } from '#host/calls/route-table.ts';
import { rootFiles } from '#host/pages/root-files.ts';
import { wideLimits } from '#scripts/services/edge/limits.ts';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

/** By which limit a request is counted: that of what answers it in the shop. */

const echo = await startUpstream(async (request, response) => {
  for await (const _ of request);
  response.end('{}');
});
/** One page to render a second and a burst of two, so three of many at the same moment. */
const edge = await openTestEdge({
  upstreams: [echo.address],
  limits: { ...wideLimits, rendersPerSecond: 1 },
});

/** Sends it so often at the same moment that some are refused if Next would have to render each. */
async function isRendered(method: string, url: string, headers: [string, string][] = []): Promise<boolean> {
  const sent = Array.from({ length: 12 }, () => sendRaw(`${edge.url}${url}`, { method, headers }));
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect([200, 429]).toEqual(expect.arrayContaining([...new Set(statuses)]));
  return statuses.includes(429);
}

test.each([
  ['GET', '/orders'],
  ['GET', '/orders?cursor=x'],
  ['GET', '/orders/'],
  ['GET', '/mailbox'],
  ['GET', '/nothing-here'],
  ['GET', '/sitemap.xml'],
  ['POST', '/product/mug'],
  // For Next it is the cart, and the host leaves it to Next.
  ['GET', '/%63art'],
  ['GET', '/cart/'],
  ['POST', '/cart'],
  ['HEAD', '/cart/add'],
  ['GET', '/checkout/put-aside'],
  ['GET', '/made-up.svg'],
  ['GET', '/favicon.ico.png'],
])('Next answers %s %s, so it counts as a page to render', async (method, url) => {
  // What broke: the list of orders and the mailbox counted as pages that the host fills, for a tenth of the cost.
  expect(await isRendered(method, url)).toBe(true);
});

test.each(['0', '1'])('a part of a page (RSC: %s) counts as a page to render', async (value) => {
  expect(await isRendered('GET', '/cart', [['RSC', value]])).toBe(true);
});

test.each([
  // The pages of host/pages/personal-pages.ts.
  ['GET', '/cart'],
  ['GET', '/cart?removed=mug'],
  ['HEAD', '/checkout'],
  ['GET', '/orders/0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'],
  ['POST', '/cart/add'],
  ['POST', '/checkout/totals'],
  ['GET', '/icon.svg?icon.0abc1.svg'],
])('the host answers %s %s without a rendering, so it does not', async (method, url) => {
  expect(await isRendered(method, url)).toBe(false);
});

test.each(rootFiles)('/%s is a file, so it does not', async (name) => {
  expect(await isRendered('GET', `/${name}`)).toBe(false);
});

const root = path.resolve(import.meta.dirname, '../..');

test('all files at the root of the site are known', () => {
  const inApp = readdirSync(path.join(root, 'app')).flatMap((name) => {
    const [stem = ''] = name.split('.');
    if (stem === 'robots') return ['robots.txt'];
    return ['icon', 'apple-icon', 'favicon', 'opengraph-image', 'manifest'].includes(stem) ? [name] : [];
  });
  const inPublic = readdirSync(path.join(root, 'public')).filter((name) => name.includes('.'));
  expect([...rootFiles].sort()).toEqual([...inApp, ...inPublic].sort());
});

/** The route handlers outside /api, which the host calls, with the methods that they have. */
const handlers = listRoutes(root)
  .filter(({ segments: [first] }) => first !== 'api' && first !== 'products')
  .flatMap(({ segments, load }) => {
    const url = `/${segments.map((name) => (name.startsWith('[') ? 'a-1.b~2' : name)).join('/')}`;
    return ['GET', 'POST'].map((method) => [method, url, load] as const);
  });

test.each(handlers)('%s %s does not if its route handler has the method', async (method, url, load) => {
  expect(await isRendered(method, url)).toBe(!(method in (await load())));
});
