import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rendersInTurn } from '#host/pages/renders-in-turn.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A shop in which `orders` are under way, and whose pages are rendered when the test says so. */
function makeShop(orders: number) {
  const shop = { orders };
  const begun: string[] = [];
  const refused: string[] = [];
  const finish = new Map<string, () => void>();
  const handle = rendersInTurn(
    ({ url = '' }) => {
      begun.push(url);
      return new Promise((resolve) => finish.set(url, resolve));
    },
    () => shop.orders,
    ({ url = '' }) => void refused.push(url),
  );
  const open = (url: string, destroyed = false) =>
    void handle({ url } as IncomingMessage, { destroyed } as ServerResponse);
  return { shop, begun, refused, open, finish: (url: string) => finish.get(url)?.() };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

const eight = ['/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8'];

test('without orders, six pages are rendered at the same time, and the next one when one of them is ready', async () => {
  const { begun, open, finish } = makeShop(0);
  for (const url of eight) open(url);
  await settle();
  expect(begun).toEqual(eight.slice(0, 6));
  finish('/2');
  await settle();
  expect(begun).toEqual(eight.slice(0, 7));
});

test('while orders are under way, two pages are', async () => {
  const { begun, open, finish } = makeShop(1);
  for (const url of eight) open(url);
  await settle();
  expect(begun).toEqual(['/1', '/2']);
  finish('/1');
  await settle();
  expect(begun).toEqual(['/1', '/2', '/3']);
});

test('when the last order is answered, six of the pages that wait are rendered', async () => {
  const { shop, begun, open, finish } = makeShop(1);
  for (const url of eight) open(url);
  await settle();
  shop.orders = 0;
  finish('/1');
  await settle();
  expect(begun).toEqual(eight.slice(0, 7));
});

test('files wait for no page', async () => {
  const { begun, open } = makeShop(1);
  const files = ['/_next/static/chunks/main.js', '/icon.svg', '/products/mug.svg?v=1'];
  for (const url of ['/a', '/b', '/search?q=a.b', '/orders/a.b', ...files]) open(url);
  await settle();
  expect(begun.toSorted()).toEqual(['/a', '/b', ...files].toSorted());
});

test('pages that hang hold up the others for a second only', async () => {
  const { begun, open, finish } = makeShop(1);
  for (const url of ['/hangs', '/hangs-too', '/b', '/c', '/d', '/e']) open(url);
  await vi.advanceTimersByTimeAsync(999);
  expect(begun).toEqual(['/hangs', '/hangs-too']);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toEqual(['/hangs', '/hangs-too', '/b', '/c']);
  // Its end does not count twice.
  finish('/hangs');
  await settle();
  expect(begun).toHaveLength(4);
});

test('a page whose client has gone while it waited is not rendered', async () => {
  const { begun, open, finish } = makeShop(1);
  open('/a');
  open('/left', true);
  open('/b');
  await settle();
  finish('/a');
  await settle();
  expect(begun).toEqual(['/a', '/b']);
});

test('a page that fails ends its turn', async () => {
  let renders = 0;
  const handle = rendersInTurn(
    () => {
      renders += 1;
      return Promise.reject(new Error('the render failed'));
    },
    () => 1,
    () => undefined,
  );
  const open = (url: string) =>
    handle({ url } as IncomingMessage, { destroyed: false } as ServerResponse).catch(() => undefined);
  await Promise.all([open('/a'), open('/b')]);
  expect(renders).toBe(2);
});

test('a page that has waited for ten seconds is refused, and those behind it begin', async () => {
  const { begun, refused, open } = makeShop(1);
  // None of these is ever ready: each holds its turn for a second.
  for (let page = 0; page < 24; page += 1) open(`/${page}`);
  await vi.advanceTimersByTimeAsync(11_000);
  expect([begun.length, refused]).toEqual([22, ['/22', '/23']]);
  open('/later');
  await settle();
  expect(begun.at(-1)).toBe('/later');
});

test('beyond a thousand waiting pages, the next one is refused immediately', async () => {
  const { refused, open } = makeShop(1);
  for (let page = 0; page < 1_003; page += 1) open(`/${page}`);
  await settle();
  expect(refused).toEqual(['/1002']);
});
