import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findRoute, listRoutes } from '#host/calls/route-table.ts';

const root = mkdtempSync(path.join(tmpdir(), 'once-routes-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Makes a route handler that answers with its folder's name. */
function makeRoute(folder: string): void {
  mkdirSync(path.join(root, 'app', folder), { recursive: true });
  const code = `export const GET = async () => new Response(${JSON.stringify(folder)});`;
  writeFileSync(path.join(root, 'app', folder, 'route.ts'), code);
}

const folders = [
  'api/[...path]',
  'api/orders',
  '(shop)/orders/[id]/view',
  '(shop)/(account)/orders/mine/view',
  '(checkout)/checkout/view',
];
for (const folder of folders) makeRoute(folder);
const routes = listRoutes(root);

test.each([
  ['/checkout/view', '(checkout)/checkout/view', {}],
  ['/orders/7/view', '(shop)/orders/[id]/view', { id: '7' }],
  // A fixed segment is preferred to a parameter, whatever its group.
  ['/orders/mine/view', '(shop)/(account)/orders/mine/view', {}],
  ['/api/orders', 'api/orders', {}],
])('%s is the handler of app/%s', async (address, folder, params) => {
  const found = findRoute(routes, address.split('/').filter(Boolean));
  expect(found?.params).toEqual(params);
  const { GET } = (await found?.route.load()) ?? {};
  const answer = await GET?.(new Request(`http://shop${address}`), { params: Promise.resolve(params) });
  expect(await answer?.text()).toBe(folder);
});

test.each(['/(checkout)/checkout/view', '/(shop)/orders/7/view', '/api/anything'])(
  '%s is no address of a handler',
  (address) => {
    expect(findRoute(routes, address.split('/').filter(Boolean))).toBeUndefined();
  },
);
