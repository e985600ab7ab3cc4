import { describe, expect, test } from 'vitest';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { codeOf, openOrderEdge } from './order-edge.ts';

/** Orders of one shopper, asked for by another, through a real nginx in front of the real shop. */

const { shop, edge, ordersSeen, post, knownOrder } = await openOrderEdge();

describe('no answer of one shopper is given to another', () => {
  test('a request with the key and the body of an order and another, a changed or no cookie gets the shop’s own answer', async () => {
    const { shopper, body, text } = await knownOrder('VICTIM');
    const thief = await shopperWith(edge.call, 'VICTIM');
    const changed = shopper.cookie.replace(/\.(.)/, (_, first) => (first === 'A' ? '.B' : '.A'));
    for (const [cookie, status] of [
      [thief.cookie, 422],
      [changed, 401],
      [shopper.cookie.slice(0, -1), 401],
      [`${shopper.cookie}A`, 401],
      [shopper.cookie.toUpperCase(), 401],
      ['', 401],
    ] as const) {
      const answer = await post(text, [
        ['Cookie', cookie],
        ['Idempotency-Key', body.submitToken],
      ]);
      expect([cookie, answer.status]).toEqual([cookie, status]);
      expect(answer.body).not.toContain('accepted');
    }
  });

  test('a repeated cookie is read as the shop reads it', async () => {
    const { shopper, body, text } = await knownOrder('TWICE');
    const thief = await shopperWith(edge.call, 'TWICE');
    const [mine, theirs] = [thief.cookie, shopper.cookie];
    const value = theirs.slice('once_session='.length);
    const ways: [string, string][][] = [
      [['Cookie', `${mine}; ${theirs}`]],
      [['Cookie', `${theirs}; ${mine}`]],
      [
        ['Cookie', mine],
        ['Cookie', theirs],
      ],
      [
        ['Cookie', theirs],
        ['Cookie', mine],
      ],
      [['Cookie', `ONCE_SESSION=${value}; ${mine}`]],
      [['Cookie', `${mine}, ${theirs}`]],
      [['Cookie', `a=b, ${theirs}; ${mine}`]],
      [['Cookie', `x${theirs}; ${mine}`]],
      [['Cookie', `once_session; ${theirs}`]],
      [['Cookie', `once_session =${value}`]],
      [['Cookie', `once_session="${value}"`]],
      [['Cookie', `theme=dark;${theirs} ;x=y`]],
      // The cookie's name over TLS has priority.
      [['Cookie', `__Host-${theirs}`]],
      [['Cookie', `__Host-${theirs}; ${mine}`]],
      [['Cookie', `${theirs}; __Host-${mine}`]],
      [['Cookie', `__Host-${theirs}; __Host-${mine}`]],
      [['Cookie', `__Host-once_session =${value}; ${mine}`]],
      [['Cookie', `__Host-once_session=; ${theirs}`]],
      [['Cookie', `__HOST-${theirs}; ${mine}`]],
    ];
    for (const way of ways) {
      const headers: [string, string][] = [...way, ['Idempotency-Key', body.submitToken]];
      const [byEdge, byShop] = [
        await post(text, headers),
        await post(text, headers, `http://${shop.address}`),
      ];
      expect([way, byEdge.status]).toEqual([way, byShop.status]);
    }
  });

  test('an order is also answered from the cache for a cookie set over TLS', async () => {
    const sku = await addProduct('TLS-COOKIE');
    const shopper = await shopperWith(edge.call, sku);
    shopper.cookie = `__Host-${shopper.cookie}`;
    const body = await shopper.body();
    expect((await shopper.order(body)).status).toBe(201);
    const seen = ordersSeen();
    // The old cookie may still be sent beside it, and does not count.
    shopper.cookie = `once_session=left.over; ${shopper.cookie}`;
    const again = await shopper.order(body);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(ordersSeen()).toBe(seen);
  });

  test('no cookie, key or body can be shaped to match another request’s cache entry', async () => {
    const { shopper, body, text } = await knownOrder('CRAFTED');
    const thief = await shopperWith(edge.call, 'CRAFTED');
    const session = shopper.cookie.slice('once_session='.length);
    const key = body.submitToken;
    for (const [cookie, keyHeader, crafted] of [
      // The cache key is "<session> <key> <body>". Parts of it are moved into each other here.
      [`once_session=${session} ${key}`, '', text],
      [thief.cookie, `${session} ${key}`, text],
      [`once_session=${session} ${key} ${text.slice(0, 20)}`, key, text.slice(20)],
      ['once_session=', `${session} ${key}`, text],
      [thief.cookie, key, `${session} ${key} ${text}`],
    ] as const) {
      const answer = await post(crafted, [
        ['Cookie', cookie],
        ['Idempotency-Key', keyHeader],
      ]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain('accepted');
    }
  });

  test('a page of another site gets no cached answer', async () => {
    const { shopper, body, text } = await knownOrder('FOREIGN');
    const host = new URL(edge.url).host;
    const ask = (headers: [string, string][]) =>
      post(text, [['Cookie', shopper.cookie], ['Idempotency-Key', body.submitToken], ...headers]);
    for (const headers of [
      [['Origin', 'https://evil.example']],
      [['Origin', 'null']],
      [['Origin', `http://${host}.evil.example`]],
      [['Origin', `http://evil.example|${host}`]],
      [['Origin', `http://x@${host}`]],
      [['Sec-Fetch-Site', 'cross-site']],
      [
        ['Origin', `http://${host}`],
        ['Origin', 'https://evil.example'],
      ].reverse(),
    ] as [string, string][][]) {
      const answer = await ask(headers);
      expect([headers, answer.status, codeOf(answer)]).toEqual([headers, 403, 'foreign_origin']);
    }
    const before = ordersSeen();
    const own = await ask([
      ['Origin', `http://${host}`],
      ['Sec-Fetch-Site', 'same-origin'],
    ]);
    expect([own.status, ordersSeen()]).toEqual([201, before]);
  });
});
