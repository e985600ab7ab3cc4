import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sendRaw } from '#tests/support/services/edge.ts';
import { type Headers, openCatalogueEdge, session } from './catalogue-edge.ts';

/** What the edge caches for all visitors: pages of the catalogue, and their parts for Next's router. */

const { edge, next, get, asked, holdShop } = await openCatalogueEdge();

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
