import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { codeOf, openOrderEdge } from './order-edge.ts';

/** Orders through a real nginx in front of the real shop, its database and its Redis. */

const { edge, direct, ordersSeen, post, knownOrder } = await openOrderEdge();

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
