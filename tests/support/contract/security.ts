import { describe, expect, test } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { exchange, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

const stranger = 'evil.example';

/**
 * What an attacker gets who tries to make the shop act for them as it acts for its shoppers. Over real
 * sockets.
 */
export function describeSecurity(url: string): void {
  const call = callUrl(url);
  const { host } = new URL(url);

  describe('another site’s page', () => {
    const fromElsewhere: Record<string, string>[] = [
      { origin: `https://${stranger}` },
      // The origin of a sandboxed frame, or of a page opened from a file.
      { origin: 'null' },
      { origin: `http://${host}.${stranger}` },
      { origin: `http://${stranger}#${host}` },
      { 'sec-fetch-site': 'cross-site' },
    ];

    test.each(fromElsewhere)('can’t change a shopper’s cart or orders, with %j', async (headers) => {
      const sku = await addProduct(`CSRF-${crypto.randomUUID().slice(0, 8)}`);
      const shopper = await shopperWith(call, sku);
      const before = await shopper.cart();
      const body = await shopper.body();
      const asked = [
        await shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity: 3 }, headers),
        await shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity: 0 }, headers),
        await shopper.order(body, headers),
        await shopper.orderByForm(body, headers),
      ];
      for (const response of asked) {
        expect(response.status).toBe(403);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      // The form's answer is left out here: it is a page, because a person reads it.
      const codes = await Promise.all(
        asked.slice(0, -1).map(async (response) => (await response.json()).code),
      );
      expect(new Set(codes)).toEqual(new Set(['foreign_origin']));
      expect(await asked.at(-1)?.text()).toContain('<!doctype html>');
      expect(await shopper.cart()).toEqual(before);
      expect((await shopper.order(body)).status).toBe(201);
      const [order] = ((await (await shopper.request('/api/orders')).json()) as { orders: { id: string }[] })
        .orders;
      const cancelled = await shopper.send('POST', `/api/orders/${order?.id}/cancel`, {}, headers);
      const paid = await shopper.send('POST', `/api/orders/${order?.id}/payments`, {}, headers);
      expect([cancelled.status, paid.status]).toEqual([403, 403]);
      expect(await soldOf(sku)).toEqual({ orders: 1, quantity: 1 });
    });

    test('can’t read an answer either', async () => {
      const response = await call('/api/cart', { headers: { origin: `https://${stranger}` } });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      const asked = await call('/api/orders', {
        method: 'OPTIONS',
        headers: { origin: `https://${stranger}`, 'access-control-request-method': 'POST' },
      });
      expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  test('a header or a query can’t override the request’s method', async () => {
    const sku = await addProduct('OVERRIDE');
    const shopper = await shopperWith(call, sku);
    await shopper.request(`/api/cart/lines/${sku}`, { headers: { 'x-http-method-override': 'DELETE' } });
    await shopper.request(`/api/cart/lines/${sku}?_method=DELETE`);
    expect((await shopper.cart()).lines).toHaveLength(1);
  });

  test('another shopper’s token places no order for either shopper', async () => {
    const sku = await addProduct('BORROWED');
    const [owner, thief] = [await shopperWith(call, sku), await shopperWith(call, sku)];
    const [theirs, own] = [await owner.body(), await thief.body()];
    for (const body of [theirs, { ...own, submitToken: theirs.submitToken }]) {
      const response = await thief.order(body);
      expect([response.status, await response.json()]).toMatchObject([422, { code: 'token_invalid' }]);
    }
    expect(await soldOf(sku)).toEqual({ orders: 0, quantity: 0 });
    expect((await owner.order(theirs)).status).toBe(201);
    // The token is now used. To another shopper it still reveals nothing about the order.
    expect(await (await thief.order(theirs)).json()).toMatchObject({ code: 'token_invalid' });
  });

  test('a host name that a client invents appears in none of the shop’s answers', async () => {
    const named = [`Host: ${stranger}`, `X-Forwarded-Host: ${stranger}`, `Forwarded: host=${stranger}`];
    const pages = ['/', '/cart', '/checkout', '/orders', '/api/products', '/robots.txt', '/sitemap.xml'];
    for (const page of pages) {
      const lines = [`GET ${page} HTTP/1.1`, ...named, 'Connection: close'];
      const answer = await exchange(url, requestText(lines));
      expect(statusesOf(answer), page).toHaveLength(1);
      expect(answer.includes(stranger), page).toBe(false);
    }
  });

  describe('a request hidden in a request', () => {
    /**
     * Two answers, or a change by the hidden request, would mean that two servers can disagree on where a
     * request ends.
     */
    const framings: Record<string, string[]> = {
      'two kinds of length': ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      'two lengths': ['Content-Length: 4', 'Content-Length: 40'],
      'a list of lengths': ['Content-Length: 4, 40'],
      'a length with a sign': ['Content-Length: +4'],
      'a negative length': ['Content-Length: -4'],
      'a hexadecimal length': ['Content-Length: 0x4'],
      'a space before the colon': ['Content-Length : 4'],
      'an unknown encoding': ['Transfer-Encoding: xchunked'],
      'chunks that are not the last encoding': ['Transfer-Encoding: chunked, identity'],
      'an encoding behind a tab': ['Transfer-Encoding:\tchunked', 'Content-Length: 4'],
      'a folded header line': ['X-Note: a', ' Content-Length: 4', 'Content-Length: 4'],
      'a bare line feed': ['X-Note: a\nTransfer-Encoding: chunked', 'Content-Length: 4'],
      'a bare carriage return': ['X-Note: a\rTransfer-Encoding: chunked', 'Content-Length: 4'],
      'a zero byte': ['X-Note: a\0b', 'Content-Length: 4'],
    };

    test.each(Object.keys(framings))(
      '%s: it is refused, and the request behind it is not read',
      async (name) => {
        const sku = await addProduct(`SMUGGLED-${crypto.randomUUID().slice(0, 8)}`);
        const victim = new Shopper(call);
        await victim.cart();
        const hidden = requestText(
          [
            `PUT /api/cart/lines/${sku} HTTP/1.1`,
            `Host: ${host}`,
            `Cookie: ${victim.cookie}`,
            'Content-Type: application/json',
            'Content-Length: 14',
          ],
          '{"quantity":9}',
        );
        for (const path of ['/api/orders', '/api/cart']) {
          const lines = [
            `POST ${path} HTTP/1.1`,
            `Host: ${host}`,
            'Content-Type: application/json',
            ...(framings[name] ?? []),
          ];
          const answer = await exchange(url, requestText(lines, `0\r\n\r\n${hidden}`));
          expect(statusesOf(answer), path).toEqual([400]);
        }
        expect((await victim.cart()).lines).toEqual([]);
      },
    );
  });

  describe('an address that redirects elsewhere', () => {
    const ways = [
      `//${stranger}`,
      `//${stranger}/`,
      `///${stranger}/`,
      `/\\${stranger}/`,
      `/%5C${stranger}/`,
      `/%2F%2F${stranger}/`,
      `/%0d%0aLocation:%20https:%2F%2F${stranger}/`,
      `/products/..%2f..%2f${stranger}/`,
      `/checkout?next=https://${stranger}`,
      `/orders/${crypto.randomUUID()}/payment-return?next=//${stranger}&redirect_status=succeeded`,
      `http://${stranger}/checkout/`,
    ];

    test.each(ways)('%s redirects to the shop or not at all', async (way) => {
      const answer = await exchange(
        url,
        requestText([`GET ${way} HTTP/1.1`, `Host: ${host}`, 'Connection: close']),
      );
      const [status] = statusesOf(answer);
      expect(status).toBeLessThan(500);
      const [head = ''] = answer.split('\r\n\r\n');
      for (const [, name, target = ''] of head.matchAll(/^(location|refresh|x-nextjs-redirect): (.*)$/gim))
        expect([name, new URL(target.trim(), url).host]).toEqual([name, host]);
    });

    test('a form is redirected to the shop, whatever referrer it names', async () => {
      const shopper = await shopperWith(call, await addProduct('LEDBACK'));
      const body = await shopper.body({ next: `https://${stranger}`, returnTo: `//${stranger}` });
      const response = await shopper.orderByForm(body, { referer: `https://${stranger}/` });
      expect(response.status).toBe(303);
      expect(new URL(response.headers.get('location') ?? '', url).host).toBe(host);
    });
  });
}
