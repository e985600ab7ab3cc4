import { describe, expect, test } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { exchange, getLines, headerOf, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { logOf, type OpenShop } from './open-shop.ts';

/** The names by which the shop is called, and what it offers only on its own machine. */
export function describeNames({
  exposed,
  local,
  proxied,
}: Record<'exposed' | 'local' | 'proxied', OpenShop>): void {
  const { url } = exposed;

  describe('the Host header', () => {
    const strange = [
      'evil.example',
      'evil.example:3000',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      '_',
    ];

    test.each(strange)('Host: %s is refused everywhere except for health checks', async (name) => {
      for (const path of ['/', '/cart', '/api/cart', '/api/metrics', '/mailbox', '/_next/static/x.js']) {
        const answer = await exchange(url, requestText(getLines(path, `Host: ${name}`)));
        expect(statusesOf(answer), path).toEqual([421]);
        expect(answer, path).not.toContain('evil');
        expect(headerOf(answer, 'set-cookie'), path).toBeUndefined();
      }
      const order = ['POST /api/orders HTTP/1.1', `Host: ${name}`, 'Content-Length: 0', 'Connection: close'];
      expect(statusesOf(await exchange(url, requestText(order)))).toEqual([421]);
      for (const path of ['/api/health', '/api/ready', '/api/health/'])
        expect(statusesOf(await exchange(url, requestText(getLines(path, `Host: ${name}`)))), path).toEqual([
          200,
        ]);
    });

    test('loopback names, the public name and listed names are accepted, with any port', async () => {
      for (const name of [
        'localhost',
        'LOCALHOST:1',
        '127.0.0.1',
        '127.1.2.3:99',
        '[::1]:3000',
        'shop.localhost',
      ])
        expect(
          statusesOf(await exchange(url, requestText(getLines('/api/cart', `Host: ${name}`)))),
          name,
        ).toEqual([200]);
      for (const name of ['shop.example', 'shop.example:443', 'Shop.Example', 'balancer.internal:8080'])
        expect(
          statusesOf(await exchange(proxied.url, requestText(getLines('/api/cart', `Host: ${name}`)))),
          name,
        ).toEqual([200]);
    });
  });

  describe('the development features', () => {
    const { host: localHost } = new URL(local.url);
    const asked = async (shop: OpenShop, path: string, ...headers: string[]) =>
      statusesOf(await exchange(shop.url, requestText(getLines(path, ...headers))))[0];

    test('the mailbox and open metrics answer on the local machine', async () => {
      for (const path of ['/mailbox', '/api/metrics'])
        expect(await asked(local, path, `Host: ${localHost}`), path).toBe(200);
    });

    test.each([
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-Host: shop.example',
      'X-Forwarded-Proto: https',
      'Forwarded: for=203.0.113.7',
      'Via: 1.1 proxy',
      'X-Real-IP: 203.0.113.7',
      'CF-Connecting-IP: 203.0.113.7',
    ])('they answer 404 through a proxy on the same machine that sends %s', async (header) => {
      // What broke: clients that reached the shop through a proxy could read all emails.
      for (const path of ['/mailbox', '/api/metrics', '/api/metrics/'])
        expect(await asked(local, path, `Host: ${localHost}`, header, 'X-Once-Local: 1'), path).toBe(404);
    });

    test('they answer nothing in production, or with a public address', async () => {
      for (const shop of [exposed, proxied]) {
        const own = `Host: ${new URL(shop.url).host}`;
        expect(await asked(shop, '/mailbox', own, 'X-Once-Local: 1')).toBe(404);
        expect([401, 404]).toContain(await asked(shop, '/api/metrics', own, 'X-Once-Local: 1'));
      }
    });

    test('an exposed shop without a provider accepts no cards, and logs so once at its start', async () => {
      const call = callUrl(proxied.url);
      const shopper = await shopperWith(call, await addProduct('NO-CARDS'));
      const quote = (await (await shopper.request('/api/checkout')).json()) as {
        paymentMethods: { id: string }[];
      };
      expect(quote.paymentMethods.map(({ id }) => id)).not.toContain('card');
      expect(logOf(proxied).match(/card payment is off/g)).toHaveLength(1);
    });
  });
}
