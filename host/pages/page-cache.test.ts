import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { makePageCache, type PageCache } from '#host/pages/page-cache.ts';

/** Real sockets in front, and a Next behind that a test can change. */

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
vi.stubEnv('LOG_LEVEL', 'silent');

const shared = { 'cache-control': 's-maxage=60, stale-while-revalidate=3540', 'content-type': 'text/html' };
let rendered: IncomingMessage[] = [];
let next: (request: IncomingMessage, response: ServerResponse) => void;
let pages: PageCache;

const server = createServer((request, response) => {
  const send = pages.find(request);
  if (send) send(request, response);
  else response.writeHead(404).end('not a page of the catalogue');
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** A page with a text and tags. */
const page = (text: string, tags = 'product:cup', more: Record<string, string> = {}) => {
  next = (_request, response) => {
    response.writeHead(200, { ...shared, ...more });
    response.write(`<meta name="cache-tags" content="${tags}"/>`);
    response.end(text);
  };
};

beforeEach(() => {
  rendered = [];
  pages = makePageCache(async (request, response) => {
    rendered.push(request);
    next(request, response);
  });
});

interface Given {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Given> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    send({ port, host: '127.0.0.1', path, headers, method, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('latin1')) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    })
      .on('error', reject)
      .end();
  });
}

test('a page is rendered once, for concurrent and for later requests', async () => {
  page('A cup');
  const first = await Promise.all([get('/product/cup'), get('/product/cup'), get('/product/cup?from=mail')]);
  const later = await get('/product/cup');
  expect([...first, later].map(({ status, text }) => [status, text.includes('A cup')])).toEqual(
    Array(4).fill([200, true]),
  );
  expect(rendered).toHaveLength(1);
});

test('no header of a client reaches the copy that all shoppers get', async () => {
  page('A cup');
  await get('/product/cup?x=1', {
    cookie: 'a=b',
    'accept-language': 'xx',
    'x-forwarded-host': 'evil.example',
  });
  expect(rendered[0]?.headers).toEqual({ host: 'localhost' });
  expect(rendered[0]?.url).toBe('/product/cup');
});

test('each client gets an encoding that it takes, and 304 for what it has', async () => {
  page('A cup');
  const encodings = ['br, gzip', 'gzip', 'br;q=0, gzip;q=0.5', 'identity', ''];
  const given = await Promise.all(encodings.map((accepted) => get('/', { 'accept-encoding': accepted })));
  expect(given.map(({ headers }) => headers['content-encoding'])).toEqual([
    'br',
    'gzip',
    'gzip',
    undefined,
    undefined,
  ]);
  expect(given.every(({ headers, text }) => Number(headers['content-length']) === text.length)).toBe(true);
  const again = await get('/', { 'if-none-match': String(given[0]?.headers.etag) });
  expect([again.status, again.text]).toEqual([304, '']);
  const head = await get('/', {}, 'HEAD');
  expect([head.status, head.text, Number(head.headers['content-length']) > 0]).toEqual([200, '', true]);
});

test('every answer has an id of its own', async () => {
  page('A cup', 'product:cup', { 'x-request-id': 'the-id-of-next' });
  const ids = [await get('/'), await get('/'), await get('/', { 'x-request-id': 'the-id-of-a-client' })].map(
    ({ headers }) => headers['x-request-id'],
  );
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).not.toBe('the-id-of-next');
  expect(ids[2]).toBe('the-id-of-a-client');
});

test('after a change of what it shows, a page is rendered again, and no other page is', async () => {
  page('A cup', 'category:cups product:cup');
  await get('/product/cup');
  page('A lamp', 'category:lamps product:lamp');
  await get('/product/lamp');
  page('A new cup', 'category:cups product:cup');
  pages.expire(['product:cup']);
  await expect.poll(async () => (await get('/product/cup')).text).toContain('A new cup');
  expect((await get('/product/lamp')).text).toContain('A lamp');
  expect(rendered.map(({ url }) => url)).toEqual(['/product/cup', '/product/lamp', '/product/cup']);
});

test('of many changed pages, those visited last are rendered ahead, and the others when they are visited', async () => {
  page('A cup');
  const paths = Array.from({ length: 30 }, (_, index) => `/product/cup-${index}`);
  for (const path of paths) await get(path);
  rendered = [];
  page('A new cup');
  pages.expire(['product:cup']);
  await expect.poll(() => rendered.length).toBe(20);
  expect(rendered.map(({ url }) => url)).toEqual(paths.slice(-20).reverse());
  expect((await get('/product/cup-0')).text).toContain('A cup');
  await expect.poll(async () => (await get('/product/cup-0')).text).toContain('A new cup');
});

test('a change of the menu reaches every page', async () => {
  page('An old menu');
  await get('/');
  page('A new menu');
  pages.expire(['catalogue']);
  await expect.poll(async () => (await get('/')).text).toContain('A new menu');
});

test('the first visitor after a change gets the new page, although Next first answers with its old copy', async () => {
  next = (_request, response) => {
    const isOld = rendered.length < 3;
    response.writeHead(200, { ...shared, 'x-nextjs-cache': isOld ? 'STALE' : 'HIT' });
    response.end(isOld ? 'An old cup' : 'A new cup');
  };
  expect((await get('/')).text).toBe('A new cup');
  expect((await get('/')).text).toBe('A new cup');
  expect(rendered).toHaveLength(3);
});

test('a page that Next cannot renew is sent as it is, and asked for again after a second', async () => {
  page('An old cup', 'product:cup', { 'x-nextjs-cache': 'STALE' });
  expect((await get('/')).text).toContain('An old cup');
  page('A new cup');
  await expect.poll(async () => (await get('/')).text, { timeout: 5_000 }).toContain('A new cup');
});

test('while a page cannot be rendered, its kept copy is sent', async () => {
  page('A cup');
  await get('/');
  next = (_request, response) => void response.writeHead(500).end('broken');
  pages.expire(['product:cup']);
  for (let count = 0; count < 3; count += 1) expect((await get('/')).text).toContain('A cup');
  page('A new cup');
  await expect.poll(async () => (await get('/')).text, { timeout: 5_000 }).toContain('A new cup');
});

test('the page of a product that is gone is not found', async () => {
  page('A cup');
  await get('/product/cup');
  next = (_request, response) => void response.writeHead(404, shared).end('nothing here');
  pages.expire(['product:cup']);
  await expect.poll(async () => (await get('/product/cup')).status).toBe(404);
});

const others: [string, (response: ServerResponse) => void][] = [
  ['not found', (response) => response.writeHead(404, shared).end('nothing here')],
  ['one shopper’s', (response) => response.writeHead(200, { 'cache-control': 'no-store' }).end('yours')],
  ['with a cookie', (response) => response.writeHead(200, { ...shared, 'set-cookie': 'a=b' }).end('yours')],
];
test.each(others)('an answer that is %s is passed on and not kept', async (_, answer) => {
  next = (_request, response) => answer(response);
  const [first, second] = [await get('/product/x'), await get('/product/x')];
  expect(second).toMatchObject({ status: first.status, text: first.text });
  expect(rendered).toHaveLength(2);
});

test('a page that throws is answered 503, and the next request tries again', async () => {
  next = () => {
    throw new Error('broken');
  };
  expect((await get('/')).status).toBe(503);
  page('A cup');
  expect((await get('/')).status).toBe(200);
});

test.each([
  ['/cart', {}],
  ['/search?query=cup', {}],
  ['/product/a%2Fb', {}],
  ['/product/cup', { rsc: '1' }],
])('%s with %o is Next’s', async (path, headers) => {
  expect((await get(path, headers)).status).toBe(404);
  expect(rendered).toHaveLength(0);
});
