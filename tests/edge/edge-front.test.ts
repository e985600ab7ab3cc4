import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { membersOf, openEchoingEdge, session } from './echoing-edge.ts';

/** What the edge passes, refuses and answers, in front of a server that only echoes. */

const { echo, upstreams, open, get, lastSeen } = await openEchoingEdge();

describe('what reaches the shop', () => {
  const internal = [
    'X-Middleware-Subrequest',
    'X-Middleware-Prefetch',
    'X-Middleware-Rewrite',
    'X-Invoke-Status',
    'X-Matched-Path',
    'X-Now-Route-Matches',
    'X-Nextjs-Data',
    'X-Prerender-Revalidate',
    'X-Action-Forwarded',
    'Next-Resume',
    'X-Next-Revalidated-Tags',
    'X-Once-Client-Ip',
    'Forwarded',
    'X-Forwarded-Port',
    'Upgrade',
    'X_Forwarded_For',
  ];

  test.each([
    ['GET', '/'],
    ['GET', '/api/cart'],
    ['POST', '/api/orders'],
    ['PUT', '/api/cart/lines/A'],
    ['POST', '/product/mug'],
    ['POST', '/api/webhooks/payments'],
    ['GET', '/_next/static/x.js'],
  ])('%s %s carries no header with which a client could impersonate another', async (method, path) => {
    const forged = ['X-Forwarded-For', 'X-Real-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto', ...internal];
    await sendRaw(`${open.url}${path}`, {
      method,
      headers: forged.flatMap((name): [string, string][] => [
        [name, '6.6.6.6'],
        [name, 'https'],
      ]),
    });
    const { host } = new URL(open.url);
    expect(lastSeen()).toMatchObject({
      host,
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
    });
    const passed = internal.filter((name) => lastSeen()[name.toLowerCase()] !== undefined);
    expect(passed).toEqual([]);
    expect(JSON.stringify(lastSeen())).not.toContain('6.6.6.6');
  });

  test('a configured balancer is believed: the last address that it did not write itself, and the scheme', async () => {
    await get('/api/health', [
      ['X-Forwarded-For', '6.6.6.6, 198.51.100.20'],
      ['X-Forwarded-Proto', 'https'],
    ]);
    expect(lastSeen()).toMatchObject({ 'x-forwarded-for': '198.51.100.20', 'x-forwarded-proto': 'https' });
  });

  test('a request keeps the caller’s id if it is harmless, and otherwise gets one from the edge', async () => {
    for (const [given, kept] of [
      ['a-harmless-id', true],
      ['short', false],
      ['not "harmless", at all', false],
    ] as const) {
      const answer = await get('/api/health', [
        ['X-Request-Id', given],
        ['X-Forwarded-For', '198.51.100.21'],
      ]);
      const [id] = answer.headers('x-request-id');
      expect(lastSeen()['x-request-id']).toBe(id);
      expect(id === given).toBe(kept);
    }
  });
});

describe('what does not reach the shop', () => {
  test.each([
    '/api/ready',
    '/api/metrics',
    '/api//metrics',
    '/x/../api/metrics',
    '/api/%6Detrics',
    '/api/metrics/',
  ])('%s is hidden from strangers', async (path) => {
    const before = echo.seen.length;
    const answer = await get(path, [['X-Forwarded-For', '198.51.100.30']]);
    expect(answer.status).toBe(404);
    expect(echo.seen).toHaveLength(before);
  });

  test('operators can see whether the shop is ready', async () => {
    expect((await open.call('/api/ready')).status).toBe(200);
    expect((await open.call('/api/metrics')).status).toBe(200);
  });

  test('operators can scrape the edge itself, and strangers cannot', async () => {
    const answer = await open.call('/edge-metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    // The request for them is a connection.
    expect(await answer.text()).toMatch(/^once_edge_connections\{state="active"\} [1-9]\d*$/m);
    const stranger = await get('/edge-metrics', [['X-Forwarded-For', '198.51.100.30']]);
    expect(stranger.status).toBe(404);
  });

  test.each(['/.env', '/.git/config', '/x/.htpasswd'])(
    '%s is refused without asking the shop',
    async (path) => {
      const before = echo.seen.length;
      expect((await open.call(path)).status).toBe(404);
      expect(echo.seen).toHaveLength(before);
      expect((await open.call('/.well-known/security.txt')).status).toBe(200);
    },
  );

  test('bodies that are too large are refused, each path with its own limit', async () => {
    for (const [path, size, status] of [
      ['/api/orders', 16_385, 413],
      ['/api/cart/lines/A', 65_536, 200],
      ['/api/cart/lines/A', 65_537, 413],
    ] as const) {
      const before = echo.seen.length;
      const answer = await sendRaw(`${open.url}${path}`, { method: 'POST', body: 'x'.repeat(size) });
      expect([path, size, answer.status]).toEqual([path, size, status]);
      expect(echo.seen.length - before).toBe(status === 413 ? 0 : 1);
      if (status === 413) expect(JSON.parse(answer.body)).toEqual(membersOf('payload_too_large', answer));
    }
  });

  test('an address that cannot be read is a problem for a program and a page for a person', async () => {
    const answer = await get('/api/cart/lines/%00', []);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, membersOf('invalid_request', answer)]);
    const page = await get('/%00', []);
    expect([page.status, page.body]).toEqual([400, expect.stringContaining('<h1>')]);
  });
});

describe('what every answer has', () => {
  test('security headers if the shop set none, and no server version', async () => {
    const answer = await get('/api/health', [['X-Forwarded-For', '198.51.100.40']]);
    expect(answer.headers('server')).toEqual(['nginx']);
    expect(answer.headers('x-content-type-options')).toEqual(['nosniff']);
    expect(answer.headers('referrer-policy')).toEqual(['strict-origin-when-cross-origin']);
    expect(answer.headers('content-security-policy')[0]).toContain("frame-ancestors 'none'");
    expect(answer.headers('strict-transport-security')).toEqual([]);
    const secure = await get('/api/health', [
      ['X-Forwarded-For', '198.51.100.40'],
      ['X-Forwarded-Proto', 'https'],
    ]);
    expect(secure.headers('strict-transport-security')).toEqual(['max-age=31536000']);
  });

  test('the shop’s own Retry-After', async () => {
    const busy = await open.call('/api/busy');
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '7']);
  });

  test('a log line without secrets', async () => {
    const token = 'd5f2b0c4-5f6e-8a3b-9c1d-2e3f4a5b6c7d';
    const cookie: [string, string] = ['Cookie', session('Z')];
    const asked = [
      await sendRaw(`${open.url}/api/submissions/${token}`, { headers: [cookie] }),
      await sendRaw(`${open.url}/search?query=something+private`, {
        headers: [cookie, ['User-Agent', 'a "quoted" one']],
      }),
      await sendRaw(`${open.url}/api/orders`, {
        method: 'POST',
        headers: [cookie, ['Idempotency-Key', token], ['Content-Type', 'application/json']],
        body: '{"email":"ada@example.com"}',
      }),
    ];
    const ids = asked.flatMap((answer) => answer.headers('x-request-id'));
    // Two workers write the log, each with a buffer of up to a second.
    const written = await open.logLines();
    const lines = ids.map((id) => written.find(({ requestId }) => requestId === id));
    expect(lines).toMatchObject([
      { method: 'GET', path: '/api/submissions/-', status: 200, cache: '' },
      { method: 'GET', path: '/search', agent: 'a "quoted" one' },
      { method: 'POST', path: '/api/orders', status: 409, cache: 'MISS', address: '127.0.0.1' },
    ]);
    expect(Number(lines[2]?.shopSeconds)).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(lines)).not.toMatch(/ZZZ|d5f2b0c4|private|ada@/);
  });
});

describe('the process', () => {
  test('changes to other settings while it runs, and keeps the old ones if the new ones are wrong', async () => {
    const other = await startUpstream((_, response) => response.end('"the other"'));
    const changing = await openTestEdge({ upstreams }, onTestFinished);
    const during = Promise.all(Array.from({ length: 5 }, () => changing.call('/api/slow')));
    await sleep(100);
    await changing.reload({ upstreams: [other.address] });
    expect((await during).map(({ status }) => status)).toEqual(Array(5).fill(200));
    const answer = async () => (await changing.call('/api/health')).text();
    await expect.poll(answer).toBe('"the other"');
    await expect(changing.reload({ upstreams: ['127.0.0.1:1; server evil.example:80'] })).rejects.toThrow(
      'is not allowed',
    );
    await expect(
      changing.reload({ tls: { certificate: '/nowhere.pem', key: '/nowhere.pem' } }),
    ).rejects.toThrow('nginx refuses its configuration');
    expect(await answer()).toBe('"the other"');
  });

  test('answers the requests it has before it ends, and leaves no process behind', async () => {
    const ending = await openTestEdge({ upstreams }, onTestFinished);
    const last = ending.call('/api/slow');
    await sleep(100);
    await Promise.all([ending.stop(), ending.exited]);
    expect((await last).status).toBe(200);
    await expect(ending.call('/api/health')).rejects.toThrow();
    expect(() => process.kill(-ending.pid, 0)).toThrow('ESRCH');
  });

  test('refuses host names that are not the shop’s', async () => {
    const serverNames = ['shop.example', '*.shop.example'];
    const named = await openTestEdge({ upstreams, serverNames }, onTestFinished);
    const ask = async (host: string) => (await sendRaw(`${named.url}/api/health`, { host })).status;
    expect(await ask('shop.example')).toBe(200);
    expect(await ask('www.shop.example:8080')).toBe(200);
    expect(await ask('evil.example')).toBe(421);
  });
});
