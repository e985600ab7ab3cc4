import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { openTestEdge, type RawAnswer, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Orders through a real nginx in front of the real shop, its database and its Redis. */

await openTestShop();
const shop = await startUpstream(handlersListener);
const edge = await openTestEdge({ upstreams: [shop.address] });
const direct = callUrl(`http://${shop.address}`);
const ordersSeen = () => shop.asked('POST', '/api/orders');

/** Sends an order with exactly these headers and its content type. */
function post(body: string, headers: [string, string][], to = edge.url, chunked = false): Promise<RawAnswer> {
  return sendRaw(`${to}/api/orders`, {
    method: 'POST',
    headers: [['Content-Type', 'application/json'], ...headers],
    body,
    chunked,
  });
}

/** An order that exists and whose answer the edge has cached. */
async function knownOrder(
  sku: string,
): Promise<{ shopper: Shopper; body: OrderBody; text: string; answer: string }> {
  const shopper = await shopperWith(edge.call, await addProduct(sku));
  const body = await shopper.body();
  const answer = await (await shopper.order(body)).text();
  const again = await shopper.order(body);
  expect([again.status, await again.text()]).toEqual([201, answer]);
  return { shopper, body, text: JSON.stringify(body), answer };
}

const codeOf = ({ body }: RawAnswer) => (JSON.parse(body) as { code: string }).code;

describe('the same order again', () => {
  test('two hundred copies at the same time are one call to the shop, one order, and one answer', async () => {
    const shopper = await shopperWith(edge.call, await addProduct('BURST'));
    const body = await shopper.body();
    const before = ordersSeen();
    const answers = await Promise.all(Array.from({ length: 200 }, () => shopper.order(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(201));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(ordersSeen() - before).toBe(1);
    expect(await soldOf('BURST')).toEqual({ orders: 1, quantity: 1 });

    const header = (name: string) => answers.map((answer) => answer.headers.get(name));
    expect(header('idempotent-replayed').filter((mark) => mark === null)).toHaveLength(1);
    expect(header('idempotent-replayed').filter((mark) => mark === 'true')).toHaveLength(199);
    expect(new Set(header('x-request-id')).size).toBe(200);
    expect(new Set(header('location')).size).toBe(1);
    expect(new Set(header('cache-control'))).toEqual(new Set(['no-store']));
  });

  test('is answered without the shop, with this request’s id and one replay mark', async () => {
    const { shopper, body, text, answer } = await knownOrder('LATER');
    const before = ordersSeen();
    const headers: [string, string][] = [
      ['Cookie', shopper.cookie],
      ['Idempotency-Key', body.submitToken],
      ['X-Request-Id', 'a-request-of-my-own'],
    ];
    const again = await post(text, headers);
    expect([again.status, again.body]).toEqual([201, answer]);
    expect(again.headers('idempotent-replayed')).toEqual(['true']);
    expect(again.headers('x-request-id')).toEqual(['a-request-of-my-own']);
    expect(again.headers('set-cookie')).toEqual([]);
    expect(ordersSeen()).toBe(before);
  });

  test('has one replay mark even if the cached answer was a replay itself', async () => {
    const shopper = await shopperWith(direct, await addProduct('REPLAYED'));
    const body = await shopper.body();
    const answer = await (await shopper.order(body)).text();
    for (let time = 0; time < 3; time += 1) {
      const again = await post(JSON.stringify(body), [
        ['Cookie', shopper.cookie],
        ['Idempotency-Key', body.submitToken],
      ]);
      expect([again.status, again.body]).toEqual([201, answer]);
      expect(again.headers('idempotent-replayed')).toEqual(['true']);
    }
  });

  test('never counts against a shopper’s limit', async () => {
    const { shopper, body } = await knownOrder('OFTEN');
    // Many times a session's burst.
    const answers = await Promise.all(Array.from({ length: 300 }, () => shopper.order(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await shopper.request('/api/cart')).status).toBe(200);
  });

  test('of the largest size is cached as well', async () => {
    const shopper = await shopperWith(edge.call, await addProduct('LARGEST'));
    const body = await shopper.body();
    const bytes = Buffer.byteLength(JSON.stringify(body));
    const text = JSON.stringify(body) + ' '.repeat(16_384 - bytes);
    const headers: [string, string][] = [
      ['Cookie', shopper.cookie],
      ['Idempotency-Key', body.submitToken],
    ];
    const first = await post(text, headers);
    expect(first.status).toBe(201);
    const before = ordersSeen();
    for (const chunked of [false, true]) {
      const again = await post(text, headers, edge.url, chunked);
      expect([again.status, again.body]).toEqual([201, first.body]);
    }
    expect(ordersSeen()).toBe(before);
    expect((await post(`${text} `, headers)).status).toBe(413);
  });
});

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

describe('what the edge passes on to the shop', () => {
  test('another body with the same key is refused', async () => {
    const { shopper, body } = await knownOrder('OTHERBODY');
    for (const chunked of [false, true]) {
      const changed = JSON.stringify({ ...body, email: 'eve@example.com' });
      const answer = await post(
        changed,
        [
          ['Cookie', shopper.cookie],
          ['Idempotency-Key', body.submitToken],
        ],
        edge.url,
        chunked,
      );
      expect([answer.status, codeOf(answer)]).toEqual([422, 'key_reused']);
    }
  });

  test('a repeated key is read once, as the shop reads it', async () => {
    const { shopper, body, text, answer } = await knownOrder('TWOKEYS');
    const send = (keys: string[]) =>
      post(text, [
        ['Cookie', shopper.cookie],
        ...keys.map((key): [string, string] => ['Idempotency-Key', key]),
      ]);
    const first = await send([body.submitToken, randomUUID()]);
    expect([first.status, first.body]).toEqual([201, answer]);
    expect((await send([randomUUID(), body.submitToken])).status).toBe(400);
  });

  test('a key only in the body, a query, another content type and another method reach the shop every time', async () => {
    const { shopper, body, text, answer } = await knownOrder('EVERYTIME');
    const cookie: [string, string] = ['Cookie', shopper.cookie];
    const before = ordersSeen();
    for (let time = 0; time < 2; time += 1) {
      const keyless = await post(text, [cookie]);
      expect([keyless.status, keyless.body]).toEqual([201, answer]);
      const asked = await shopper.send('POST', '/api/orders?x=1', body, {
        'idempotency-key': body.submitToken,
      });
      expect([asked.status, await asked.text()]).toEqual([201, answer]);
      expect((await shopper.order(body, { 'content-type': 'text/plain' })).status).toBe(415);
    }
    expect(ordersSeen() - before).toBe(6);
    const list = await shopper.request('/api/orders');
    expect([list.status, (await list.json()) as object]).toMatchObject([200, { orders: [{}] }]);
  });

  test('a form post reaches the shop every time and leads to the same page', async () => {
    const shopper = await shopperWith(edge.call, await addProduct('FORMS'));
    const body = await shopper.body();
    const before = ordersSeen();
    const [first, second] = [await shopper.orderByForm(body), await shopper.orderByForm(body)];
    expect([first.status, second.status, ordersSeen() - before]).toEqual([303, 303, 2]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    // The same order as JSON, which a cache keyed by the body alone could confuse with it.
    expect((await shopper.order(body)).headers.get('idempotent-replayed')).toBe('true');
  });

  test('a refusal is not cached: sold-out items can be ordered once they are back in stock', async () => {
    const shopper = await shopperWith(edge.call, await addProduct('RESTOCKED', { available: 0 }));
    const body = await shopper.body();
    expect((await shopper.order(body)).status).toBe(409);
    const { db } = await import('#lib/platform/database/db.ts');
    await db().stock.update({ where: { sku: 'RESTOCKED' }, data: { available: 5 } });
    expect((await shopper.order(body)).status).toBe(201);
  });

  test('copies of a refused order are refused by the shop, each one', async () => {
    const shopper = await shopperWith(edge.call, await addProduct('REFUSED', { available: 0 }));
    const body = await shopper.body();
    const answers = await Promise.all(Array.from({ length: 4 }, () => shopper.order(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(409));
    expect((await soldOf('REFUSED')).orders).toBe(0);
  });
});
