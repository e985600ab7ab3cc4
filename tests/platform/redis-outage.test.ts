import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTcpProxy } from '#proof/harness/tcp-proxy.ts';
import { keepLogLines } from '#tests/support/log-lines.ts';
import { startRedisServer } from '#tests/support/services/redis-server.ts';
import { startUpstashRest } from '#tests/support/services/upstash-rest.ts';

/** What order code sees of Redis while it is stopped, hanging, flushed and back again. */

const server = await startRedisServer();
const rest = await startUpstashRest(server.url);
afterAll(async () => {
  await rest.close();
  await server.close();
});

const configs: Record<string, Record<string, string>> = {
  tcp: { REDIS_URL: server.url },
  rest: { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token },
  memory: { REDIS_URL: 'memory:' },
  off: {},
};

type Module = typeof import('#lib/platform/redis/redis.ts');
let redis: Module;
let lines: Record<string, unknown>[];

async function use(transport: string): Promise<Module> {
  vi.resetModules();
  const fixed = { DATABASE_URL: 'postgresql://not-used', ONCE_SECRET: 'x'.repeat(32) };
  const none = { REDIS_URL: '', UPSTASH_REDIS_REST_URL: '', UPSTASH_REDIS_REST_TOKEN: '' };
  for (const [name, value] of Object.entries({ ...fixed, ...none, ...configs[transport] }))
    vi.stubEnv(name, value);
  lines = keepLogLines();
  return import('#lib/platform/redis/redis.ts');
}

beforeEach(() => server.restore());
afterEach(async () => {
  await redis.closeRedis();
  vi.unstubAllEnvs();
});

const messages = () => lines.map(({ msg }) => msg);
const lostLine = 'Redis does not answer: orders continue without it';
const refusedLine = 'Redis refuses this shop: orders continue without it until its settings are corrected';
const backLine = 'Redis answers again';

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

const read = () => redis.askRedis((client) => client.get('test:any'));

/** Far below the time that a call without a deadline would take, and enough for a busy machine. */
const slackMs = 10_000;

/** A burst of calls: each is unanswered at its deadline, the breaker opens, and one log line says so. */
async function expectLoss(): Promise<void> {
  const rush = await Promise.all(Array.from({ length: 50 }, () => timed(read)));
  expect(rush.filter(({ value }) => value.answered)).toEqual([]);
  expect(Math.max(...rush.map(({ ms }) => ms))).toBeLessThan(redis.redisDeadlineMs + slackMs);
  expect(redis.redisState()).toBe('degraded');

  // A thousand calls: all but one probe a second cost nothing.
  const afterwards = await timed(async () => {
    for (let i = 0; i < 1_000; i += 1) expect(await read()).toEqual({ answered: false });
  });
  expect(afterwards.ms).toBeLessThan(redis.redisDeadlineMs + slackMs);
  expect(messages()).toEqual([lostLine]);
}

/** The first call waits for the connection and may be given up, so this pings until one succeeds. */
async function connected(): Promise<void> {
  await expect.poll(() => redis.pingRedis()).toBe(true);
  lines.length = 0;
}

async function expectReturn(): Promise<void> {
  await expect.poll(() => redis.pingRedis(), { interval: 100 }).toBe(true);
  expect(redis.redisState()).toBe('up');
  expect(messages()).toEqual([lostLine, backLine]);
}

describe.each(['tcp', 'rest'])('over %s', (transport) => {
  beforeEach(async () => {
    redis = await use(transport);
    await connected();
    expect(redis.redisState()).toBe('up');
    expect(redis.redisTransport()).toBe(transport);
  });

  test('a Redis that hangs costs a call its deadline, then nothing, and is used again when it wakes up', async () => {
    await server.pause();
    await expectLoss();
    // Longer than the silence after which a connection is replaced.
    await sleep(2_500);
    expect(await redis.pingRedis()).toBe(false);
    await server.resume();
    await expectReturn();
  });

  test('a Redis that is stopped is given up, and used again when it is started', async () => {
    await server.stop();
    await expectLoss();
    await sleep(1_100);
    expect(await redis.pingRedis()).toBe(false);
    await server.start();
    await expectReturn();
  });

  test('a Redis that loses its data and its scripts keeps answering', async () => {
    const script = `redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])`;
    const write = (value: string) =>
      redis.askRedis((client) => client.createScript<string>(script).exec(['test:value'], [value]));
    await expect.poll(() => write('before')).toEqual({ answered: true, value: 'before' });
    await server.flush();
    await server.command('SCRIPT', 'FLUSH');
    await expect.poll(() => write('after')).toEqual({ answered: true, value: 'after' });
    expect(messages()).toEqual([]);
  });

  test('an error in a script is thrown every time, and the breaker stays closed', async () => {
    const refusals: unknown[] = [];
    // Unanswered calls, on a busy machine, prove nothing either way.
    for (let i = 0; i < 100 && refusals.length < 20; i += 1) {
      await redis
        .askRedis((client) => client.eval('return nothing.at.all', [], []))
        .catch((error) => refusals.push(error));
    }
    expect(refusals).toEqual(Array(20).fill(expect.objectContaining({ name: 'UpstashError' })));
    expect(redis.redisState()).toBe('up');
    expect(messages()).toEqual([]);
  });
});

test('a call that was given up while the first connection was opened is not sent later', async () => {
  redis = await use('tcp');
  const key = `test:${randomUUID()}`;
  await server.pause();
  expect(await redis.askRedis((client) => client.set(key, 'too late'))).toEqual({ answered: false });
  await sleep(redis.redisDeadlineMs);
  await server.resume();
  await expect
    .poll(async () => redis.askRedis((client) => client.get(key)))
    .toEqual({ answered: true, value: null });
});

test('a connection that falls silent is replaced, although it was never closed', async () => {
  const proxy = await startTcpProxy(server.port);
  configs.proxied = { REDIS_URL: `redis://127.0.0.1:${proxy.port}` };
  redis = await use('proxied');
  await connected();
  proxy.silence();
  await expectLoss();
  await expectReturn();
  await redis.closeRedis();
  await proxy.close();
});

test('a Redis that was never there: the first calls continue without it as well', async () => {
  await server.stop();
  redis = await use('tcp');
  await expectLoss();
  await server.start();
  await expectReturn();
});

test.each([
  ['token', { ...configs.rest, UPSTASH_REDIS_REST_TOKEN: 'not-the-right-one' }],
  ['password', { REDIS_URL: `redis://user:not-the-right-one@127.0.0.1:${server.port}` }],
])('a wrong %s is reported as a refusal, and the log does not contain it', async (_, config) => {
  configs.wrong = config;
  redis = await use('wrong');
  const refused = async () => {
    expect(await read()).toEqual({ answered: false });
    return messages();
  };
  // On a busy machine, a first call may end before the refusal arrives.
  await expect.poll(refused).toContain(refusedLine);
  for (let i = 0; i < 50; i += 1) await refused();
  expect(messages().filter((line) => line === refusedLine)).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('not-the-right-one');
});

test('memory: answers, and says once that it serves one process only', async () => {
  redis = await use('memory');
  expect(redis.redisTransport()).toBe('memory');
  await expect.poll(() => redis.pingRedis()).toBe(true);
  await expect.poll(read).toEqual({ answered: true, value: null });
  expect(redis.redisState()).toBe('up');
  expect(messages()).toEqual([expect.stringContaining('one process')]);
});

test('without Redis configured nothing is called and nothing is logged', async () => {
  redis = await use('off');
  const call = vi.fn();
  expect(await redis.askRedis(call)).toEqual({ answered: false });
  expect(call).not.toHaveBeenCalled();
  expect([redis.redisState(), redis.redisTransport(), await redis.pingRedis()]).toEqual([
    'off',
    'off',
    false,
  ]);
  expect(messages()).toEqual([]);
});

test('two copies of the module share one connection and one breaker', async () => {
  redis = await use('tcp');
  await server.stop();
  await expectLoss();
  vi.resetModules();
  const copy: Module = await import('#lib/platform/redis/redis.ts');
  expect(copy).not.toBe(redis);
  expect(copy.redisState()).toBe('degraded');
  expect(await copy.askRedis((client) => client.get('a'))).toEqual({ answered: false });
  await server.start();
  await expectReturn();
  expect(copy.redisState()).toBe('up');
});
