import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

/**
 * What the edge caches for all visitors. The server behind it answers as Next does: one address has a page or
 * parts for the router, with lifetimes for shared caches.
 */

const kept = 's-maxage=1, stale-while-revalidate=31535940';
const vary =
  'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding';
/** nginx counts whole seconds, so one second can last up to two. */
const pastFreshMs = 2_200;
/** The shop answers nothing until this resolves. */
let held: Promise<void> | undefined;
let broken = false;
let edition = 0;

const next = await startUpstream(async (request, response) => {
  const { headers, method, url = '/' } = request;
  const { pathname, search } = new URL(url, 'http://shop.test');
  await held;
  if (broken) return void response.writeHead(500).end();
  const variant = [
    headers.rsc ? 'rsc' : 'page',
    headers['next-router-prefetch'] ?? '-',
    headers['next-router-segment-prefetch'] ?? '-',
    headers['next-router-state-tree'] ?? '-',
  ].join(' ');
  edition += 1;
  const text = `${variant} of ${pathname}${search} for ${headers.cookie ?? 'anybody'}, edition ${edition}`;
  const gzip = headers['accept-encoding'] === 'gzip';
  response.writeHead(200, {
    'content-type': headers.rsc ? 'text/x-component' : 'text/html',
    vary,
    etag: '"always-the-same"',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...cachingOf(pathname, method),
  });
  response.end(gzip ? gzipSync(text) : text);
});

function cachingOf(pathname: string, method = ''): Record<string, string> {
  if (pathname === '/product/personal') return { 'cache-control': 'private, no-store' };
  if (pathname === '/product/silent' || method === 'POST') return {};
  if (pathname === '/product/greeting')
    return { 'cache-control': kept, 'set-cookie': 'once_session=somebody' };
  if (/^\/(?:_next\/static|products)\//.test(pathname))
    return { 'cache-control': 'public, max-age=31536000, immutable' };
  return { 'cache-control': kept };
}

const edge = await openTestEdge({ upstreams: [next.address] });

type Headers = [string, string][];
const get = (path: string, headers: Headers = []) => sendRaw(`${edge.url}${path}`, { headers });
const session: Headers = [['Cookie', 'once_session=ada; theme=dark']];
const asked = (path: string, method = 'GET') => next.asked(method, path);

/** Stops the shop from answering until it is released. */
function holdShop(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  held = promise;
  return () => {
    held = undefined;
    resolve();
  };
}

describe('a page of the catalogue', () => {
  test('is fetched once, is the same for all visitors, and the shop does not learn who asks', async () => {
    const texts = new Set<string>();
    for (const headers of [[], session, [['Cookie', 'once_session=bob']] as Headers]) {
      texts.add((await get('/product/mug', headers)).body);
    }
    expect([...texts]).toEqual(['page - - - of /product/mug for anybody, edition 1']);
    expect(asked('/product/mug')).toBe(1);
  });

  test('is fetched once for many requests at the same moment', async () => {
    const release = holdShop();
    const crowd = Promise.all(Array.from({ length: 40 }, () => get('/category/kitchen')));
    // Most of them are waiting by then. The others find the page in the cache.
    await sleep(300);
    release();
    const answers = await crowd;
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(asked('/category/kitchen')).toBe(1);
  });

  test('has this request’s id and a lifetime that a browser can use', async () => {
    const [first, second] = [await get('/product/headers'), await get('/product/headers')];
    expect(second.headers('cache-control')).toEqual(['public, max-age=0, must-revalidate']);
    expect(second.headers('x-request-id')).toHaveLength(1);
    expect(second.headers('x-request-id')).not.toEqual(first.headers('x-request-id'));
    expect(second.headers('idempotent-replayed')).toEqual([]);
  });

  test('is found again whatever query an advertisement adds to its address', async () => {
    for (const query of ['', '?utm_source=mail', '?gclid=1&fbclid=2'])
      await get(`/product/advertised${query}`);
    expect(asked('/product/advertised')).toBe(1);
    await get('/api/products?query=mug');
    await get('/api/products?query=pen');
    expect(asked('/api/products')).toBe(2);
  });

  test('contains nothing of the query in the first request for it', async () => {
    // What broke: `?access=x` of one visitor set a header of the page that all visitors received.
    for (const path of ['/', '/product/poisoned', '/category/poisoned', '/products/poisoned.svg']) {
      await get(`${path}?access=x`);
      const { body } = await get(path);
      expect(body).toContain(`of ${path} for`);
      expect(asked(path)).toBe(1);
    }
    expect((await get('/api/products?query=kept')).body).toContain('of /api/products?query=kept for');
  });

  test('is cached once compressed and once not, and no client gets an encoding that it does not accept', async () => {
    const encodings = ['gzip, deflate, br', 'gzip', 'br', 'gzip;q=0', ''];
    for (let round = 0; round < 2; round += 1) {
      for (const encoding of encodings) {
        const response = await edge.call('/product/gzip', { headers: { 'accept-encoding': encoding } });
        const text = await response.text();
        const compressed = encoding.startsWith('gzip') && encoding !== 'gzip;q=0';
        expect([encoding, response.headers.get('content-encoding')]).toEqual([
          encoding,
          compressed ? 'gzip' : null,
        ]);
        expect(text).toContain('page - - - of /product/gzip');
      }
    }
    const raw = await get('/product/gzip', [['Accept-Encoding', 'gzip']]);
    expect(raw.headers('content-encoding')).toEqual(['gzip']);
    expect(
      new Set(
        next.seen
          .filter(({ url }) => url === '/product/gzip')
          .map(({ headers }) => headers['accept-encoding']),
      ),
    ).toEqual(new Set(['gzip', undefined]));
  });

  test('is cached separately for each host name of the shop', async () => {
    const named = (host: string) => sendRaw(`${edge.url}/product/named`, { host });
    await named('shop.example');
    await named('evil.example');
    await named('shop.example');
    expect(asked('/product/named')).toBe(2);
  });
});

describe('pages and parts for Next’s router', () => {
  const tree: [string, string] = ['Next-Router-State-Tree', '%5B%22%22%5D'];
  const variants: [string, Headers][] = [
    ['page - - -', []],
    ['rsc - - -', [['RSC', '1']]],
    [
      'rsc 1 - -',
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
      ],
    ],
    [
      'rsc 1 /_tree -',
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
        ['Next-Router-Segment-Prefetch', '/_tree'],
      ],
    ],
    [
      'rsc 1 /_head -',
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
        ['Next-Router-Segment-Prefetch', '/_head'],
      ],
    ],
    ['rsc - - %5B%22%22%5D', [['RSC', '1'], tree]],
  ];

  test('at one address are cached separately, each fetched once', async () => {
    for (let round = 0; round < 2; round += 1) {
      for (const [variant, headers] of variants) {
        expect((await get('/product/router', headers)).body).toContain(`${variant} of /product/router`);
      }
    }
    expect(asked('/product/router')).toBe(variants.length);
  });

  test('a part is cached by its query, and a page with such a query is still a page', async () => {
    await get('/product/query?_rsc=a', [['RSC', '1']]);
    expect((await get('/product/query?_rsc=a')).body).toContain('page');
    await get('/product/query?_rsc=b', [['RSC', '1']]);
    expect(asked('/product/query')).toBe(3);
  });

  test('a repeated header, or one with a space, cannot put a part in the place of a page', async () => {
    await get('/product/poison', [
      ['RSC', ''],
      ['RSC', '1'],
    ]);
    await get('/product/poison', [
      ['RSC', '1 '],
      ['Next-Url', '/a b'],
    ]);
    await get('/product/poison', [['Next-Url', 'x /product/poison']]);
    expect((await get('/product/poison')).body).toContain('page - - - of');
    expect((await get('/product/poison', [['RSC', '1']])).body).toContain('rsc - - - of');
  });
});

describe('a page that is no longer fresh', () => {
  test('is shown while one request fetches the new one', async () => {
    const { body } = await get('/product/stale');
    await sleep(pastFreshMs);
    const release = holdShop();
    try {
      // All are answered while the shop still works on the new page.
      const answers = await Promise.all(Array.from({ length: 10 }, () => get('/product/stale')));
      expect(new Set(answers.map((answer) => answer.body))).toEqual(new Set([body]));
      await expect.poll(() => asked('/product/stale')).toBe(2);
    } finally {
      release();
    }
    await expect.poll(async () => (await get('/product/stale')).body).not.toBe(body);
  });

  test('is shown if the shop fails', async () => {
    const { body } = await get('/product/shown');
    await sleep(pastFreshMs);
    broken = true;
    try {
      const answer = await get('/product/shown');
      expect([answer.status, answer.body]).toEqual([200, body]);
      expect((await get('/product/never-seen')).status).toBe(500);
    } finally {
      broken = false;
    }
  });

  test('is revalidated with its ETag', async () => {
    await get('/product/tagged');
    await sleep(pastFreshMs);
    await get('/product/tagged');
    await expect
      .poll(() => next.seen.filter(({ url }) => url === '/product/tagged').at(-1)?.headers['if-none-match'])
      .toBe('"always-the-same"');
  });
});

describe('what is never cached', () => {
  test.each([
    '/cart',
    '/checkout',
    '/orders',
    '/orders/8',
    '/api/cart',
    '/api/checkout',
    '/api/orders',
    '/api/orders/8',
    '/api/submissions/8',
    '/search?query=x',
    '/account',
    '/api/productsx',
  ])('%s, even if the shop allows it', async (path) => {
    const bare = path.split('?')[0] ?? path;
    for (const headers of [session, session]) {
      expect((await get(path, headers)).body).toContain('for once_session=ada; theme=dark');
    }
    expect((await get(path)).body).toContain('for anybody');
    expect(asked(bare)).toBe(3);
  });

  test.each(['/product/personal', '/product/silent', '/product/greeting'])(
    '%s, for which the shop gives no lifetime or sets a cookie',
    async (path) => {
      await get(path);
      await get(path);
      expect(asked(path)).toBe(2);
    },
  );

  test('the answer to a form on a page, because it depends on the shopper', async () => {
    await get('/product/form');
    for (let time = 0; time < 2; time += 1) {
      const posted = await sendRaw(`${edge.url}/product/form`, {
        method: 'POST',
        headers: session,
        body: 'sku=MUG',
      });
      expect(posted.body).toContain('for once_session=ada; theme=dark');
    }
    expect([asked('/product/form', 'POST'), asked('/product/form')]).toEqual([2, 1]);
  });
});

test('built files and pictures are cached as long as the shop says', async () => {
  for (const path of ['/_next/static/chunks/a.js', '/products/mug.svg']) {
    const first = await get(`${path}?dpl=1`, session);
    const second = await get(`${path}?dpl=1`, session);
    expect(second.body).toBe(first.body);
    expect(second.body).toContain('for anybody');
    expect(second.headers('cache-control')).toEqual(['public, max-age=31536000, immutable']);
    expect(asked(path)).toBe(1);
  }
});
