import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError, type ProblemCode } from '#lib/platform/errors.ts';
import { defaultLimits, ownMachine } from '#scripts/services/nginx-config.ts';
import { openTestEdge, type RawAnswer, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

/** What the edge passes, counts, refuses and answers, in front of a server that only echoes. */

const echo = await startUpstream(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://shop.test');
  for await (const _ of request);
  if (pathname === '/api/slow') await sleep(800);
  if (pathname === '/api/orders') response.statusCode = 409;
  if (pathname.endsWith('kept-by-cache')) response.setHeader('cache-control', 's-maxage=60');
  if (pathname === '/api/busy') response.writeHead(503, { 'retry-after': '7' });
  response.end('{}');
});
const upstreams = [echo.address];
const session = (letter: string) => `once_session=00000000-0000-4000-8000-000000000000.${letter.repeat(43)}`;

/** Treats 127.0.0.1 as a load balancer, so that a test can use any client address. */
const edge = await openTestEdge({
  upstreams,
  balancers: ['127.0.0.1'],
  limits: {
    ...defaultLimits,
    sessionPerSecond: 1,
    newcomersPerSecond: 1,
    addressPerSecond: 5,
    sessionConnections: 3,
  },
  // As by default, the balancer itself is not counted, but its clients are.
  unlimited: ownMachine,
});
const open = await openTestEdge({ upstreams, operators: ['127.0.0.1'] });

function get(path: string, headers: [string, string][], method = 'GET'): Promise<RawAnswer> {
  return sendRaw(`${edge.url}${path}`, { method, headers });
}

async function statuses(count: number, ask: (index: number) => Promise<RawAnswer>): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await ask(index)).status);
  return answers;
}

/**
 * Sends requests one after the other until one is refused. Expects as many before it as the limit allows: its
 * burst, plus what it regained in the time that the requests took.
 */
async function expectLimit(
  ask: (index: number) => Promise<RawAnswer>,
  { atOnce, perSecond }: { atOnce: number; perSecond: number },
): Promise<void> {
  const began = performance.now();
  let passed = 0;
  for (let status = 200; status === 200 && passed < 500; passed += status === 200 ? 1 : 0)
    status = (await ask(passed)).status;
  const regained = Math.ceil(((performance.now() - began) / 1_000) * perSecond);
  expect(passed).toBeGreaterThanOrEqual(atOnce);
  expect(passed).toBeLessThanOrEqual(atOnce + regained);
}

/**
 * Repeats the request until it is refused: on a slow machine the quota partly recovers between two requests.
 */
async function untilRefused(ask: () => Promise<RawAnswer>): Promise<RawAnswer> {
  for (let asked = 0; asked < 50; asked += 1) {
    const answer = await ask();
    if (answer.status === 429) return answer;
  }
  throw new Error('nothing was refused');
}

const lastSeen = () => echo.seen.at(-1)?.headers ?? {};

/** The members of the shop's own problem with this code. Title and detail may be any text. */
function membersOf(code: ProblemCode, answer: RawAnswer) {
  const own = new AppError(code).toProblem(answer.headers('x-request-id')[0] ?? '');
  return { ...own, title: expect.any(String), detail: expect.any(String) };
}

describe('limits', () => {
  test('a session is counted strictly, and another one from the same address is not affected', async () => {
    const from: [string, string] = ['X-Forwarded-For', '198.51.100.1'];
    const ask = (letter: string) => get('/api/cart', [from, ['Cookie', session(letter)]]);
    // One a second: a burst of four seconds' worth, and the first.
    await expectLimit(() => ask('a'), { atOnce: 5, perSecond: 1 });
    expect((await ask('b')).status).toBe(200);
    await sleep(1_100);
    expect((await ask('a')).status).toBe(200);
  });

  test('orders count with the other calls of a session', async () => {
    const ask = (path: string, method: string) =>
      get(
        path,
        [
          ['X-Forwarded-For', '198.51.100.2'],
          ['Cookie', session('c')],
        ],
        method,
      );
    expect(await statuses(5, () => ask('/api/cart', 'GET'))).toEqual(Array(5).fill(200));
    const refused = await untilRefused(() => ask('/api/orders', 'POST'));
    expect([refused.status, refused.headers('retry-after')]).toEqual([429, ['1']]);
  });

  test('a refusal is the shop’s own problem document, in the language of the shopper', async () => {
    const ask = (language: string) =>
      get('/api/cart', [
        ['X-Forwarded-For', '198.51.100.3'],
        ['Cookie', session('d')],
        ['Accept-Language', language],
      ]);
    for (const [language, title] of [
      ['en-GB,en;q=0.9', 'Too many requests'],
      ['', 'Too many requests'],
      ['de-DE, fr;q=0.5', 'Too many requests'],
      ['en, zh;q=0.5', 'Too many requests'],
      ['zh-CN,zh;q=0.9,en;q=0.8', '请求过多'],
      ['fr, zh-TW;q=0.8', '请求过多'],
    ] as const) {
      const refused = await untilRefused(() => ask(language));
      expect([refused.status, refused.headers('retry-after')]).toEqual([429, ['1']]);
      expect(refused.headers('content-type')).toEqual(['application/problem+json']);
      expect(refused.headers('cache-control')).toEqual(['no-store']);
      expect(JSON.parse(refused.body)).toEqual({ ...membersOf('rate_limited', refused), title });
    }
  });

  test('without a session the address is counted, and an invented cookie does not avoid that limit', async () => {
    const ask = (address: string, cookie?: string) =>
      get('/api/cart', [
        ['X-Forwarded-For', address],
        ...(cookie ? [['Cookie', cookie] as [string, string]] : []),
      ]);
    await expectLimit(() => ask('198.51.100.4'), { atOnce: 11, perSecond: 1 });
    expect((await ask('198.51.100.5')).status).toBe(200);
    const invented = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        ask('198.51.100.6', session('e').replace('0000', `${1_000 + index}`)),
      ),
    );
    const refused = invented.filter(({ status }) => status === 429).length;
    // Five a second and four seconds' worth of them, however many cookies: 21, plus what was regained
    // meanwhile.
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThanOrEqual(19);
  });

  test.each([
    ['twice', (one: string) => `${one}; ${one}`],
    ['in capitals, too', (one: string) => `ONCE_SESSION=x; ${one}`],
    ['with an odd value first', (one: string) => `once_session=; ${one}`],
  ])('a session cookie sent %s is counted strictly, by its address', async (what, named) => {
    // What broke: such a request was counted as a newcomer's, with a limit 20 times as high, and served as
    // the session's.
    const ask = () =>
      get('/api/cart', [
        ['X-Forwarded-For', `198.51.100.${20 + what.length}`],
        ['Cookie', named(session('g'))],
      ]);
    await expectLimit(ask, { atOnce: 5, perSecond: 1 });
  });

  test.each([
    ['/product/', '198.51.100.31'],
    ['/category/', '198.51.100.32'],
    ['/products/', '198.51.100.33'],
    ['/_next/static/', '198.51.100.34'],
  ])('invented paths below %s count as a newcomer’s, and cached paths do not', async (below, from) => {
    // What broke: each was a cache miss that the shop rendered, and one address could send a thousand a
    // second.
    const ask = (path: string) =>
      get(path, [
        ['X-Forwarded-For', from],
        ['Cookie', session('h')],
      ]);
    const kept = `${below}kept-by-cache`;
    expect((await ask(kept)).status).toBe(200);
    await expectLimit((index) => ask(`${below}made-up-${index}`), { atOnce: 10, perSecond: 1 });
    expect((await ask(kept)).status).toBe(200);
    expect(echo.asked('GET', kept)).toBe(1);
  });

  test('an IPv6 household counts once, whichever of its addresses it uses', async () => {
    const ask = (index: number) => get('/api/cart', [['X-Forwarded-For', `2001:db8:0:7::${index + 1}`]]);
    await expectLimit(ask, { atOnce: 11, perSecond: 1 });
    expect((await get('/api/cart', [['X-Forwarded-For', '2001:db8:0:8::1']])).status).toBe(200);
  });

  test('a session has few requests in progress at a time', async () => {
    const ask = () =>
      get('/api/slow', [
        ['X-Forwarded-For', '198.51.100.7'],
        ['Cookie', session('f')],
      ]);
    const answers = await Promise.all(Array.from({ length: 5 }, ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  });

  test('a forged X-Forwarded-For does not change the count if no balancer is configured', async () => {
    const ask = (index: number) =>
      sendRaw(`${open.url}/api/cart`, { headers: [['X-Forwarded-For', `203.0.113.${index}`]] });
    for (let index = 1; index < 4; index += 1) {
      await ask(index);
      expect(lastSeen()['x-forwarded-for']).toBe('127.0.0.1');
    }
  });
});

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
    await expect.poll(answer, { timeout: 20_000 }).toBe('"the other"');
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
