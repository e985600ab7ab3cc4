import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sendRaw } from '#tests/support/services/edge.ts';
import { openCatalogueEdge, session } from './catalogue-edge.ts';

/** How long the edge shows what it has cached, and what it never caches. */

/** nginx counts whole seconds, so one second can last up to two. */
const pastFreshMs = 2_200;

const { edge, next, state, get, asked, holdShop } = await openCatalogueEdge();

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
    state.broken = true;
    try {
      const answer = await get('/product/shown');
      expect([answer.status, answer.body]).toEqual([200, body]);
      expect((await get('/product/never-seen')).status).toBe(500);
    } finally {
      state.broken = false;
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
