import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { exchange, getLines, headerOf, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import type { OpenShop } from './open-shop.ts';

/** Requests that no page or client of the shop sends. */
export function describeRequests({
  exposed,
  local,
  logged,
}: {
  exposed: OpenShop;
  local: OpenShop;
  logged: () => string;
}): void {
  const { url } = exposed;
  const { host } = new URL(url);

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
      [
        'an expectation that cannot be met',
        [...getLines('/api/health', `Host: ${host}`), 'Expect: coffee'],
        417,
      ],
      ['a URL of 20 KB', getLines(`/search?query=${'x'.repeat(20_000)}`, `Host: ${host}`), 431],
      ['a header of 20 KB', getLines('/', `Host: ${host}`, `X-Note: ${'x'.repeat(20_000)}`), 431],
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
      return (
        Number(/^process_resident_memory_bytes(?:\{process="web-1"\})? (\d+)/m.exec(metrics)?.[1]) / 2 ** 20
      );
    };
    await fetch(`${local.url}/api/order-access`, { method: 'POST', body: 'warm' });
    const before = await rss();
    const opened = await Promise.all(Array.from({ length: 30 }, () => unfinishedBody(local.url, 9)));
    const grown = (await rss()) - before;
    for (const socket of opened) socket.destroy();
    expect(grown).toBeGreaterThan(-before);
    expect(grown).toBeLessThan(150);
  }, 60_000);
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
  // The shop answers before the end of the body, and closes.
  socket.on('error', () => undefined);
  const lines = ['POST /api/order-access HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json'];
  socket.write(requestText([...lines, 'Transfer-Encoding: chunked']));
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  for (let sent = 0; sent < megabytes * 16; sent += 1) {
    await new Promise((resolve) => socket.write(chunk, resolve));
  }
  return socket;
}
