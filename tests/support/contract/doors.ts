import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { exchange, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** A process of the shop: its address, and the file of its log. */
export interface OpenShop {
  url: string;
  logFile: string;
}

const get = (path: string, ...headers: string[]) => [`GET ${path} HTTP/1.1`, ...headers, 'Connection: close'];
const headerOf = (answer: string, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(answer.split('\r\n\r\n')[0] ?? '')?.[1]?.trim();

/** How server.ts handles unusual requests. `exposed` is a shop in production. */
export function describeDoors({
  exposed,
  local,
  proxied,
}: Record<'exposed' | 'local' | 'proxied', OpenShop>): void {
  const { url } = exposed;
  const { host } = new URL(url);
  const logOf = ({ logFile }: OpenShop) => readFileSync(logFile, 'utf8');
  /** The production shop's log before the test. */
  let before = '';
  beforeEach(() => {
    before = logOf(exposed);
  });
  const logged = () => logOf(exposed).slice(before.length);

  describe('upgrades', () => {
    test.each(['/_next/webpack-hmr', '/_next/hmr', '/', '/api/orders', '/cart'])(
      'a websocket to %s is answered like a plain request, and keeps no socket open',
      async (path) => {
        // What broke: Next took over sockets for its hot reload, also in production, and never closed one.
        const lines = [
          `GET ${path} HTTP/1.1`,
          `Host: ${host}`,
          'Connection: Upgrade, close',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ];
        // Next adds its own listener with the first request, so send one first.
        await fetch(`${url}/`);
        const opened = Array.from({ length: 10 }, () => closed(url, requestText(lines)));
        for (const answer of await Promise.all(opened)) expect(statusesOf(answer)).toHaveLength(1);
      },
    );

    test('a tunnel is refused and closed', async () => {
      const answer = await closed(url, requestText(['CONNECT evil.example:443 HTTP/1.1', `Host: ${host}`]));
      expect(statusesOf(answer)).toEqual([405]);
    });
  });

  describe('malformed and unusual requests', () => {
    test.each(['TRACE', 'PROPFIND', 'PURGE', 'QUERY'])(
      '%s is refused without a stack trace',
      async (method) => {
        // What broke: Next cannot build a Request for TRACE. It answered 500 and logged a stack trace.
        for (const path of ['/', '/cart', '/api/cart', '/api/orders']) {
          const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
          const answer = await exchange(url, requestText(lines));
          expect(statusesOf(answer), path).toEqual([405]);
          expect(headerOf(answer, 'allow'), path).toContain('GET');
          expect(headerOf(answer, 'x-request-id'), path).toBeTruthy();
        }
        expect(logged()).toBe('');
      },
    );

    test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s to a page is refused', async (method) => {
      for (const path of ['/', '/cart', '/checkout', '/product/nothing', '/robots.txt']) {
        const response = await fetch(url + path, { method });
        expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
      }
    });

    const odd: [string, string[], number][] = [
      ['an unknown HTTP method', [`SHOP / HTTP/1.1`, `Host: ${host}`], 400],
      ['an expectation that cannot be met', [...get('/api/health', `Host: ${host}`), 'Expect: coffee'], 417],
      ['a URL of 20 KB', get(`/search?query=${'x'.repeat(20_000)}`, `Host: ${host}`), 431],
      ['a header of 20 KB', get('/', `Host: ${host}`, `X-Note: ${'x'.repeat(20_000)}`), 431],
      ['no host in HTTP/1.1', ['GET / HTTP/1.1', 'Connection: close'], 400],
      ['HTTP/1.0 without a host', ['GET /api/health HTTP/1.0'], 200],
      ['a chunked body in HTTP/1.0', ['POST /api/orders HTTP/1.0', 'Transfer-Encoding: chunked'], 415],
    ];
    test.each(odd)('%s gets one answer and the connection closes', async (_, lines, status) => {
      expect(statusesOf(await closed(url, requestText(lines)))).toEqual([status]);
    });

    const states = ['[[[[', '%', '{}', '["",{"children":7}]', 'x'.repeat(9_000)];
    test.each(states)('a router state of %j is refused without a stack trace', async (state) => {
      // What broke: Next answered 500 and logged a stack trace for each.
      const headers = { rsc: '1', 'next-router-state-tree': state };
      const response = await fetch(`${url}/cart`, { headers, redirect: 'manual' });
      expect(response.status).toBe(400);
      expect(logged()).toBe('');
    });

    test('a nested router state is refused before Next reads it', async () => {
      // What broke: Next's parser took 200 ms for each such header of 8 KB.
      const headers = { rsc: '1', 'next-router-state-tree': nestedState(700) };
      const response = await fetch(`${url}/cart`, { headers, redirect: 'manual' });
      expect(response.status).toBe(400);
      expect(logged()).toBe('');
    });

    test('the router state of the deepest page is read', async () => {
      const headers = { rsc: '1', 'next-router-state-tree': nestedState(5) };
      const asked = await fetch(`${url}/cart`, { headers, redirect: 'manual' });
      const response = await fetch(new URL(asked.headers.get('location') ?? '', url), { headers });
      expect([asked.status, response.status]).toEqual([307, 200]);
      expect(response.headers.get('content-type')).toContain('text/x-component');
    });

    test('a router state is ignored when no part of a page is requested', async () => {
      const headers = { 'next-router-state-tree': '[[[[' };
      const paths = ['/cart', '/product/nothing.rsc', '/product/nothing%2Ersc', '/api/health'];
      const answers = paths.map(async (path) => (await fetch(url + path, { headers })).status);
      expect(await Promise.all(answers)).toEqual([200, 404, 404, 200]);
      const order = await fetch(`${url}/api/orders`, { method: 'POST', body: '{', headers });
      expect((await order.json()).detail).not.toContain('next-router-state-tree');
      expect(logged()).toBe('');
    });

    test('a query with more parameters than any page uses is refused', async () => {
      // What broke: Next took 5 s for one request with 7,000 parameters of one name.
      for (const path of ['/', '/search', '/api/health']) {
        expect((await fetch(`${url}${path}?${'a&'.repeat(100)}`)).status, path).toBe(400);
        expect((await fetch(`${url}${path}?${'a&'.repeat(99)}`)).status, path).toBe(200);
      }
      expect(logged()).toBe('');
    });

    test('a body that waits for its 100 Continue is accepted', async () => {
      const lines = [
        'PUT /api/cart/lines/NOTHING HTTP/1.1',
        `Host: ${host}`,
        'Content-Type: application/json',
        'Content-Length: 14',
        'Expect: 100-continue',
        'Connection: close',
      ];
      expect(statusesOf(await closed(url, requestText(lines, '{"quantity":1}')))).toEqual([100, 404]);
    });
  });

  // What broke: Next kept 10 MB of each request's body in memory before any route could refuse it.
  test('bodies that are too large do not accumulate in memory', async () => {
    const rss = async () => {
      const metrics = await (await fetch(`${local.url}/api/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\d+)/m.exec(metrics)?.[1]) / 2 ** 20;
    };
    await fetch(`${local.url}/api/order-access`, { method: 'POST', body: 'warm' });
    const before = await rss();
    const opened = await Promise.all(Array.from({ length: 30 }, () => unfinishedBody(local.url, 9)));
    const grown = (await rss()) - before;
    for (const socket of opened) socket.destroy();
    expect(grown).toBeGreaterThan(-before);
    expect(grown).toBeLessThan(150);
  }, 60_000);

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
        const answer = await exchange(url, requestText(get(path, `Host: ${name}`)));
        expect(statusesOf(answer), path).toEqual([421]);
        expect(answer, path).not.toContain('evil');
        expect(headerOf(answer, 'set-cookie'), path).toBeUndefined();
      }
      const order = ['POST /api/orders HTTP/1.1', `Host: ${name}`, 'Content-Length: 0', 'Connection: close'];
      expect(statusesOf(await exchange(url, requestText(order)))).toEqual([421]);
      for (const path of ['/api/health', '/api/ready', '/api/health/'])
        expect(statusesOf(await exchange(url, requestText(get(path, `Host: ${name}`)))), path).toEqual([200]);
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
        expect(statusesOf(await exchange(url, requestText(get('/api/cart', `Host: ${name}`)))), name).toEqual(
          [200],
        );
      for (const name of ['shop.example', 'shop.example:443', 'Shop.Example', 'balancer.internal:8080'])
        expect(
          statusesOf(await exchange(proxied.url, requestText(get('/api/cart', `Host: ${name}`)))),
          name,
        ).toEqual([200]);
    });
  });

  describe('the development features', () => {
    const { host: localHost } = new URL(local.url);
    const asked = async (shop: OpenShop, path: string, ...headers: string[]) =>
      statusesOf(await exchange(shop.url, requestText(get(path, ...headers))))[0];

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

  describe('answers to a browser', () => {
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

    test.each(['/search?query=%E0%A4%A', '/product/%', '/%zz'])('%s gets an HTML page', async (path) => {
      // What broke: a broken escape in an address showed raw JSON.
      const answer = await exchange(
        url,
        requestText(get(path, `Host: ${host}`, `Accept: ${browser.accept}`)),
      );
      expect(statusesOf(answer)).toEqual([400]);
      expect(headerOf(answer, 'content-type')).toBe('text/html; charset=utf-8');
      const program = await exchange(url, requestText(get(path, `Host: ${host}`)));
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

/** Resolves with everything received until the server closes the connection. Rejects if it doesn't close. */
function closed(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the socket was still open after 10 s, and had heard: ${heard}`));
    }, 10_000);
    socket.on('data', (data) => {
      heard += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(late);
      resolve(heard);
    });
  });
}

/** A router state nested that many levels deep. */
function nestedState(levels: number): string {
  return `${'["",{"a":'.repeat(levels)}["",{}]${'}]'.repeat(levels)}`;
}

/** Sends a request with an unfinished body of that size. The shop has received all of it. */
async function unfinishedBody(url: string, megabytes: number): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = ['POST /api/order-access HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json'];
  socket.write(requestText([...lines, 'Transfer-Encoding: chunked']));
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  for (let sent = 0; sent < megabytes * 16; sent += 1) {
    await new Promise((resolve) => socket.write(chunk, resolve));
  }
  return socket;
}
