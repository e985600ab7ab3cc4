import { describe, expect, test } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { exchange, getLines, headerOf, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import type { OpenShop } from './open-shop.ts';

/** What browsers send: actions, forms and addresses. */
export function describeBrowsers({ exposed, logged }: { exposed: OpenShop; logged: () => string }): void {
  const { url } = exposed;
  const { host } = new URL(url);

  describe('a server action', () => {
    const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
    const headers: Record<string, string>[] = [{ 'next-action': 'a'.repeat(42) }, multipart];

    test.each(headers)('of another site gets 403 and leaves no stack trace, with %j', async (kind) => {
      // What broke: Next threw, answered 500 and logged a stack trace for each.
      for (const origin of ['https://evil.example', 'null']) {
        const response = await fetch(`${url}/cart`, {
          method: 'POST',
          headers: { ...kind, origin, accept: 'text/html' },
          body: '--x--\r\n',
        });
        expect(response.status).toBe(403);
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      expect(logged()).toBe('');
    });

    test('of the shop’s own page is let through, whatever forwarding headers a client sends', async () => {
      const response = await fetch(`${url}/cart`, {
        method: 'POST',
        headers: {
          'next-action': 'a'.repeat(42),
          origin: url,
          'x-forwarded-host': 'evil.example',
          'content-type': 'text/plain;charset=UTF-8',
        },
        body: '[]',
      });
      // The action doesn't exist, but only Next can know that.
      expect([403, 500]).not.toContain(response.status);
    });
  });

  describe('answers to a browser', () => {
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

    test.each(['/search?query=%E0%A4%A', '/product/%', '/%zz'])('%s gets an HTML page', async (path) => {
      // What broke: a broken escape in an address showed raw JSON.
      const answer = await exchange(
        url,
        requestText(getLines(path, `Host: ${host}`, `Accept: ${browser.accept}`)),
      );
      expect(statusesOf(answer)).toEqual([400]);
      expect(headerOf(answer, 'content-type')).toBe('text/html; charset=utf-8');
      const program = await exchange(url, requestText(getLines(path, `Host: ${host}`)));
      expect(headerOf(program, 'content-type')).toBe('application/problem+json');
    });

    test('a form of a page without a referrer makes an order', async () => {
      // What broke: under Referrer-Policy: no-referrer a form sends Origin: null, and the shop refused it as
      // foreign.
      const shopper = await shopperWith(callUrl(url), await addProduct('NO-REFERRER'));
      const response = await shopper.orderByForm(await shopper.body(), {
        origin: 'null',
        'sec-fetch-site': 'same-origin',
      });
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toMatch(/^\/orders\//);
    });

    test('a form is never answered with JSON', async () => {
      const shopper = new Shopper(callUrl(url));
      await shopper.cart();
      const form = {
        'content-type': 'application/x-www-form-urlencoded',
        ...browser,
        cookie: shopper.cookie,
      };
      const id = crypto.randomUUID();
      const large = `email=${'x'.repeat(70_000)}`;
      for (const path of [
        '/api/orders',
        '/api/orders/',
        `/api/orders/${id}/cancel`,
        `/api/orders/${id}/payments`,
      ])
        for (const [headers, body] of [
          [form, 'email=a'],
          [form, large],
          [{ ...form, 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n'],
          [{ ...form, 'content-type': 'text/plain' }, 'email=a'],
          [{ ...form, cookie: '' }, 'email=a'],
          [{ ...form, origin: 'https://evil.example' }, 'email=a'],
          [{ ...form, 'sec-fetch-site': 'cross-site' }, 'email=a'],
        ] as const) {
          const response = await fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' });
          const about = `${path} ${JSON.stringify(headers)}`;
          if (response.status === 303) continue;
          expect(response.headers.get('content-type'), about).toBe('text/html; charset=utf-8');
          expect(response.headers.getSetCookie(), about).toEqual([]);
        }
    });
  });

  describe('a trailing slash', () => {
    test('every call answers the same with it as without it, and redirects nothing', async () => {
      // What broke: the payment provider got a redirect for its events, and it doesn't follow redirects.
      const call = callUrl(url);
      const shopper = await shopperWith(call, await addProduct('SLASH'));
      const body = await shopper.body();
      const id = crypto.randomUUID();
      const sent = async (method: string, path: string, content?: unknown) => {
        const response = await call(path, {
          method,
          headers: { cookie: shopper.cookie, 'content-type': 'application/json' },
          ...(content !== undefined && { body: JSON.stringify(content) }),
        });
        const problem = response.headers.get('content-type')?.includes('problem');
        return [path.replace(/\/$/, ''), response.status, problem ? (await response.json()).code : ''];
      };
      const calls: [string, string, unknown?][] = [
        ['GET', '/api/health'],
        ['GET', '/api/ready'],
        ['GET', '/api/products'],
        ['GET', '/api/products/nothing'],
        ['GET', '/api/openapi.json'],
        ['GET', '/api/cart'],
        ['GET', '/api/checkout'],
        ['GET', '/api/orders'],
        ['GET', '/api/metrics'],
        ['GET', `/api/submissions/${id}`],
        ['PUT', '/api/cart/lines/NOTHING', { quantity: 1 }],
        ['POST', '/api/webhooks/payments', { id: 'evt' }],
        ['POST', `/api/orders/${id}/cancel`, {}],
        ['POST', `/api/orders/${id}/payments`, { attempt: 2 }],
        ['POST', '/api/nothing', {}],
      ];
      for (const [method, path, content] of calls) {
        const without = await sent(method, path, content);
        expect(await sent(method, `${path}/`, content)).toEqual(without);
        expect(without[1]).not.toBe(308);
      }
      expect(await sent('POST', '/api/orders/', body)).toEqual(['/api/orders', 201, '']);
      expect(await sent('POST', '/api/orders', body)).toEqual(['/api/orders', 201, '']);
    });

    test('a page has one address', async () => {
      for (const path of ['/cart/', '/product/x/', '/search/?query=lamp', '/robots.txt/']) {
        const response = await callUrl(url)(path);
        expect([path, response.status]).toEqual([path, 308]);
        const to = new URL(response.headers.get('location') ?? '', url);
        expect(to.href).toBe(url + path.replace(/\/(?=$|\?)/, ''));
      }
    });
  });
}
