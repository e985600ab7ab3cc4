import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '@upstash/redis';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { keepLogLines } from '#tests/support/log-lines.ts';
import { startRedisServer } from '#tests/support/services/redis-server.ts';
import { startUpstashRest } from '#tests/support/services/upstash-rest.ts';

const server = await startRedisServer();
const rest = await startUpstashRest(server.url);
afterAll(async () => {
  await rest.close();
  await server.close();
});

const transports: Record<string, Record<string, string>> = {
  tcp: { REDIS_URL: server.url },
  rest: { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token },
  memory: { REDIS_URL: 'memory:' },
  off: {},
};

let limit: typeof import('#lib/checkout/gateway/rate-limit.ts')['limitFreshClaim'];
let close: () => unknown = () => {};

function configure(transport: string, ofShopper: number, ofNetwork: number): void {
  vi.resetModules();
  const variables = {
    DATABASE_URL: 'postgresql://not-used',
    ONCE_SECRET: 'x'.repeat(32),
    REDIS_URL: '',
    UPSTASH_REDIS_REST_URL: '',
    UPSTASH_REDIS_REST_TOKEN: '',
    ...transports[transport],
    RATE_LIMIT_SHOPPER_PER_MIN: String(ofShopper),
    RATE_LIMIT_IP_PER_MIN: String(ofNetwork),
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

/**
 * Limits over a transport whose answers are awaited without the shop's deadline. Most of these tests are
 * about counting, and on a busy machine an answer may take longer than the shop waits.
 */
async function use(transport: string, ofShopper: number, ofNetwork: number): Promise<void> {
  configure(transport, ofShopper, ofNetwork);
  // A network's window slides, so the turn of a minute would leave room for one more.
  while (ofNetwork > 0 && Date.now() % 60_000 > 50_000) await sleep(100);
  const patienceMs = 20_000;
  const { env } = await import('#lib/platform/env.ts');
  const { connectRedis } = await import('#lib/platform/redis/connect.ts');
  const client = connectRedis(env(), patienceMs);
  if (!client) throw new Error('no transport');
  vi.doMock('#lib/platform/redis/redis.ts', () => ({
    redisDeadlineMs: patienceMs,
    askRedis: async (call: (redis: Redis) => Promise<unknown>) => ({
      answered: true,
      value: await call(client.redis),
    }),
  }));
  ({ limitFreshClaim: limit } = await import('#lib/checkout/gateway/rate-limit.ts'));
  close = client.close;
}

/** Limits as the shop itself uses them, with its deadline and its breaker. */
async function useImpatiently(transport: string, ofShopper: number, ofNetwork: number) {
  configure(transport, ofShopper, ofNetwork);
  const lines = keepLogLines();
  const redis = await import('#lib/platform/redis/redis.ts');
  ({ limitFreshClaim: limit } = await import('#lib/checkout/gateway/rate-limit.ts'));
  close = redis.closeRedis;
  return { redis, lines };
}

afterEach(async () => {
  await server.resume();
  await close();
  vi.doUnmock('#lib/platform/redis/redis.ts');
  vi.unstubAllEnvs();
});

const open = { limited: false };

/** Addresses that no other test has used. */
let used = 0;
function newIp(): string {
  used += 1;
  return `198.51.${Math.floor(used / 250)}.${used % 250}`;
}
function newNetwork(): string {
  used += 1;
  return `2001:db8:${used.toString(16)}:a`;
}

/** The verdicts of this many claims, one after the other. */
async function claims(count: number, claim: (i: number) => { userId: string; ip: string | undefined }) {
  const verdicts = [];
  for (let i = 0; i < count; i += 1) verdicts.push(await limit(claim(i)));
  return verdicts;
}

describe.each(['tcp', 'rest', 'memory'])('over %s', (transport) => {
  test('a shopper has a fixed number of fresh claims a minute, then waits for the next one', async () => {
    await use(transport, 10, 0);
    const userId = randomUUID();
    const verdicts = await claims(11, () => ({ userId, ip: newIp() }));
    expect(verdicts.slice(0, 10)).toEqual(Array(10).fill(open));
    expect(verdicts[10]).toEqual({ limited: true, retryAfterSeconds: expect.any(Number) });
    const { retryAfterSeconds } = verdicts[10] as { retryAfterSeconds: number };
    // Ten a minute is one every six seconds.
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(retryAfterSeconds).toBeLessThanOrEqual(6);
    expect(await limit({ userId: randomUUID(), ip: newIp() })).toEqual(open);
  });

  test('a shopper who waited as long as told is let in', async () => {
    await use(transport, 60, 0);
    const userId = randomUUID();
    // The quota regains one claim a second, so faster claims are refused.
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => limit({ userId, ip: undefined })));
    const refused = verdicts.filter(({ limited }) => limited);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toEqual({ limited: true, retryAfterSeconds: 1 });
    await sleep(1_000);
    expect(await limit({ userId, ip: undefined })).toEqual(open);
  });

  test('a network has a fixed number of fresh claims a minute, across all its shoppers', async () => {
    await use(transport, 0, 5);
    const ip = newIp();
    const verdicts = await claims(6, () => ({ userId: randomUUID(), ip }));
    expect(verdicts.slice(0, 5)).toEqual(Array(5).fill(open));
    expect(verdicts[5]).toEqual({ limited: true, retryAfterSeconds: expect.any(Number) });
    expect((verdicts[5] as { retryAfterSeconds: number }).retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await limit({ userId: randomUUID(), ip: newIp() })).toEqual(open);
  });

  test('an IPv6 network is its /56, however many of its addresses and subnets are used', async () => {
    await use(transport, 0, 3);
    const network = newNetwork();
    const verdicts = await claims(4, (i) => ({ userId: randomUUID(), ip: `${network}0${i}::${i + 1}` }));
    expect(verdicts.map(({ limited }) => limited)).toEqual([false, false, false, true]);
    expect(await limit({ userId: randomUUID(), ip: `${newNetwork()}00::1` })).toEqual(open);
  });

  test('zero switches a limit off', async () => {
    await use(transport, 0, 0);
    const claim = { userId: randomUUID(), ip: newIp() };
    expect(await claims(20, () => claim)).toEqual(Array(20).fill(open));
  });

  test('an unknown or invalid address leaves only the limit of the shopper', async () => {
    await use(transport, 2, 1);
    const userId = randomUUID();
    expect(await limit({ userId, ip: undefined })).toEqual(open);
    expect(await limit({ userId, ip: 'unknown' })).toEqual(open);
    expect(await limit({ userId, ip: undefined })).toMatchObject({ limited: true });
  });

  // What broke: behind a proxy that TRUSTED_PROXIES does not name, one session blocked the orders of all
  // shoppers.
  test('on a public shop, a proxy that TRUSTED_PROXIES does not name does not count as a network', async () => {
    vi.stubEnv('LOCAL_SHOP', '');
    await use(transport, 0, 1);
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '::1']) {
      expect(await claims(3, () => ({ userId: randomUUID(), ip }))).toEqual(Array(3).fill(open));
    }
  });

  test.each([1, 7, 61, 1_000, 1_000_000])('%i a minute is a limit that works', async (perMinute) => {
    await use(transport, perMinute, perMinute);
    const claim = { userId: randomUUID(), ip: newIp() };
    expect(await limit(claim)).toEqual(open);
    expect((await limit(claim)).limited).toBe(perMinute === 1);
  });
});

test('every key has its shopper or network as hash tag, and expires by itself', async () => {
  await use('tcp', 10, 10);
  await server.flush();
  const userId = randomUUID();
  await limit({ userId, ip: '203.0.113.9' });
  const keys = ((await server.command('KEYS', '*')) as string[]).sort();
  expect(keys).toEqual([
    expect.stringMatching(/^once:limit:network:\{203\.0\.113\.9\}:\d+$/),
    `once:limit:shopper:{${userId}}`,
  ]);
  const lifetimes = await Promise.all(keys.map((key) => server.command('PTTL', key) as Promise<number>));
  expect(Math.min(...lifetimes)).toBeGreaterThan(0);
  expect(Math.max(...lifetimes)).toBeLessThanOrEqual(121_000);
});

test('a refused shopper is remembered in Redis only: after a flush, they are let in immediately', async () => {
  await use('tcp', 1, 0);
  const claim = { userId: randomUUID(), ip: undefined };
  expect((await claims(2, () => claim)).map(({ limited }) => limited)).toEqual([false, true]);
  await server.flush();
  expect(await limit(claim)).toEqual(open);
});

// What broke: while Redis was away, there was no limit at all.
test('while Redis hangs this process counts, and the breaker is told', async () => {
  const { redis, lines } = await useImpatiently('tcp', 2, 0);
  await expect.poll(() => redis.pingRedis()).toBe(true);
  lines.length = 0;
  await server.pause();
  const claim = { userId: randomUUID(), ip: newIp() };
  const verdicts = await claims(5, () => claim);
  expect(verdicts.slice(0, 2)).toEqual([open, open]);
  expect(verdicts.slice(2)).toEqual(Array(3).fill({ limited: true, retryAfterSeconds: expect.any(Number) }));
  // As many calls as open the breaker. Each ran into the deadline, which the library alone would not report.
  expect(redis.redisState()).toBe('degraded');
  expect(await limit({ userId: randomUUID(), ip: newIp() })).toEqual(open);
  expect(lines).toHaveLength(1);
});

test('without Redis this process counts shoppers and networks by itself', async () => {
  await useImpatiently('off', 2, 3);
  const ip = newIp();
  const userId = randomUUID();
  expect((await claims(3, () => ({ userId, ip }))).map(({ limited }) => limited)).toEqual([
    false,
    false,
    true,
  ]);
  expect(await limit({ userId: randomUUID(), ip })).toMatchObject({ limited: true });
  expect(await limit({ userId: randomUUID(), ip: newIp() })).toEqual(open);
});

test('counts in this process are forgotten after their time, and never grow without bounds', async () => {
  const { countInProcess, recallInProcess, rememberInProcess } = await import(
    '#lib/platform/redis/in-process.ts'
  );
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  expect(countInProcess('a', 60_000)).toEqual({ count: 1, leftMs: 60_000 });
  now.mockReturnValue(41_000);
  expect(countInProcess('a', 60_000)).toEqual({ count: 2, leftMs: 20_000 });
  expect(rememberInProcess('b', 'first', 10_000)).toBe('first');
  expect(rememberInProcess('b', 'second', 10_000)).toBe('first');
  now.mockReturnValue(61_000);
  expect([recallInProcess('a'), recallInProcess('b')]).toEqual([undefined, undefined]);
  for (let at = 0; at < 50_010; at += 1) countInProcess(`many:${at}`, 60_000);
  expect([recallInProcess('many:0'), recallInProcess('many:50009')]).toEqual([undefined, '1']);
  now.mockRestore();
});
