import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type RawAnswer, sendRaw } from '#tests/support/services/edge.ts';
import { membersOf, openEchoingEdge, session } from './echoing-edge.ts';

/** What the edge counts and refuses, in front of a server that only echoes. */

const { echo, open, get, lastSeen } = await openEchoingEdge();

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
    // Pages of the catalogue, which the shop may have to render: two a second, for four seconds.
    ['/product/', '198.51.100.31', { atOnce: 9, perSecond: 2 }],
    ['/category/', '198.51.100.32', { atOnce: 9, perSecond: 2 }],
    // A newcomer's: one a second, for ten seconds.
    ['/products/', '198.51.100.33', { atOnce: 11, perSecond: 1 }],
    ['/_next/static/', '198.51.100.34', { atOnce: 11, perSecond: 1 }],
  ])(
    'invented paths below %s are counted by address, and cached paths are not',
    async (below, from, limit) => {
      // What broke: each was a cache miss that the shop rendered, and one address could send a thousand a
      // second.
      const ask = (path: string) =>
        get(path, [
          ['X-Forwarded-For', from],
          ['Cookie', session('h')],
        ]);
      const kept = `${below}kept-by-cache`;
      expect((await ask(kept)).status).toBe(200);
      // The first one was counted, too.
      const { atOnce, perSecond } = limit;
      await expectLimit((index) => ask(`${below}made-up-${index}`), { atOnce: atOnce - 1, perSecond });
      expect((await ask(kept)).status).toBe(200);
      expect(echo.asked('GET', kept)).toBe(1);
    },
  );

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
