import { createHash, randomUUID } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import { errors } from '@upstash/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { connectRedis, type RedisClient, type RedisConfig } from '#lib/platform/redis/connect.ts';
import { first, startTcpProxy } from '#proof/harness/tcp-proxy.ts';
import { startRedisServer } from '#tests/support/services/redis-server.ts';
import { startUpstashRest } from '#tests/support/services/upstash-rest.ts';

/** One suite for all three transports: callers of Redis need not know which one is used. */

const server = await startRedisServer();
const rest = await startUpstashRest(server.url);
afterAll(async () => {
  await rest.close();
  await server.close();
});

/** Far above the shop's own deadline: nothing here measures time, and the machine may be busy. */
const deadlineMs = 5_000;
const configs: Record<string, RedisConfig> = {
  rest: { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token },
  tcp: { REDIS_URL: server.url },
  memory: { REDIS_URL: 'memory:' },
};

function open(config: RedisConfig | undefined): RedisClient {
  const client = config && connectRedis(config, deadlineMs);
  if (!client) throw new Error('no transport');
  return client;
}

describe.each(['rest', 'tcp', 'memory'])('over %s', (transport) => {
  const client = open(configs[transport]);
  const { redis } = client;
  afterAll(() => client.close());
  const newKey = () => `test:{${randomUUID()}}`;

  test('the configuration selects this transport', () => {
    expect(client.transport).toBe(transport);
  });

  test.each([
    '7',
    '007',
    '1e3',
    '3.0',
    '-0',
    '9007199254740993',
    'null',
    'true',
    '"quoted"',
    '{"a":1,"b":[1, 2]}',
    '[1]',
    '',
    ' ',
    'OK',
    'T0s=',
    'naïve 東京 😀 👨‍👩‍👧',
    'line\r\nline\u0000end',
  ])('the string %j is read as it was stored', async (text) => {
    const key = newKey();
    expect(await redis.set(key, text)).toBe('OK');
    expect(await redis.get(key)).toBe(text);
    expect(await redis.mget(key, `${key}:none`)).toEqual([text, null]);
    expect(await redis.eval('return {KEYS[1], ARGV[1]}', [key], [text])).toEqual([key, text]);
  });

  test('a long string arrives whole', async () => {
    const key = newKey();
    const text = 'äöü😀'.repeat(50_000);
    await redis.set(key, text);
    expect(await redis.get(key)).toBe(text);
  });

  test('a missing key is null', async () => {
    expect(await redis.get(newKey())).toBeNull();
  });

  test('set with NX and PX takes a free key once, and the key expires', async () => {
    const key = newKey();
    expect(await redis.set(key, 'a', { nx: true, px: 60_000 })).toBe('OK');
    expect(await redis.set(key, 'b', { nx: true, px: 60_000 })).toBeNull();
    expect(await redis.pttl(key)).toBeGreaterThan(0);
    const short = newKey();
    expect(await redis.set(short, 'a', { nx: true, px: 60 })).toBe('OK');
    await expect.poll(() => redis.get(short)).toBeNull();
    expect(await redis.set(short, 'b', { nx: true, px: 60 })).toBe('OK');
  });

  test('numbers, and nested arrays with nulls, are returned from Lua as Redis converts them', async () => {
    const script = `return {1, -2, 3.9, 'text', {'7', {'deep', false}}, false, true, {}}`;
    expect(await redis.eval(script, [], [])).toEqual([1, -2, 3, 'text', ['7', ['deep', null]], null, 1, []]);
    expect(await redis.eval('return nil', [], [])).toBeNull();
    expect(await redis.eval('return 5', [], [])).toBe(5);
    expect(await redis.incr(newKey())).toBe(1);
  });

  test('a script reads what it wrote as text, and a missing field as false', async () => {
    const script = `
      redis.call('HSET', KEYS[1], 'whole', 5, 'half', 0.5, 'word', 'null')
      local found = redis.call('HMGET', KEYS[1], 'whole', 'none', 'half', 'word')
      return {type(found[1]), found[1], found[2] == false, found[3], found[4], #found}`;
    expect(await redis.eval(script, [newKey()], [])).toEqual(['string', '5', 1, '0.5', 'null', 4]);
  });

  test('a script sees false for a missing key and runs as one', async () => {
    const key = newKey();
    const script = `
      if redis.call('GET', KEYS[1]) == false then
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 'fresh'
      end
      return redis.call('GET', KEYS[1])`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => redis.eval(script, [key], [`owner ${i}`, '5000'])),
    );
    expect(answers.filter((answer) => answer === 'fresh')).toHaveLength(1);
    expect(new Set(answers)).toHaveLength(2);
  });

  test('EVALSHA of an unknown script is refused with NOSCRIPT, and works after EVAL', async () => {
    const script = `return 'once ${randomUUID()}'`;
    const sha = createHash('sha1').update(script).digest('hex');
    await expect(redis.evalsha(sha, [], [])).rejects.toThrow(/^NOSCRIPT /);
    const answer = await redis.eval(script, [], []);
    expect(await redis.evalsha(sha, [], [])).toBe(answer);
    expect(await redis.createScript<string>(script).exec([], [])).toBe(answer);
  });

  test("a script with the flag of Upstash's own servers runs here too, under its own hash", async () => {
    const script = `#!lua flags=allow-key-locking\nreturn 'flagged ${randomUUID()}'`;
    const sha = createHash('sha1').update(script).digest('hex');
    await expect(redis.evalsha(sha, [], [])).rejects.toThrow(/NOSCRIPT/);
    const answer = await redis.eval(script, [], []);
    expect(await redis.evalsha(sha, [], [])).toBe(answer);
  });

  test('a pipeline answers in order, and one refused command fails it by name', async () => {
    const key = newKey();
    const [stored, count, text, missing] = await redis
      .pipeline()
      .set(key, '41')
      .incr(key)
      .get(key)
      .get(`${key}:no`)
      .exec();
    expect([stored, count, text, missing]).toEqual(['OK', 42, '42', null]);
    const refused = redis.pipeline().set(key, 'x').evalsha('0'.repeat(40), [], []).exec();
    await expect(refused).rejects.toThrow(/^Command 2 \[ evalsha \] failed: NOSCRIPT /);
    expect(await redis.get(key)).toBe('x');
  });

  test('a pipeline can return its errors beside its results', async () => {
    const key = newKey();
    const replies = await redis
      .pipeline()
      .evalsha('0'.repeat(40), [], [])
      .set(key, 'x')
      .exec({ keepErrors: true });
    expect(replies[0].error).toMatch(/^NOSCRIPT /);
    expect(replies[1]).toEqual({ result: 'OK', error: undefined });
  });

  test('a transaction answers in order', async () => {
    const key = newKey();
    const replies = await redis
      .multi()
      .set(key, '1')
      .incr(key)
      .get(key)
      .eval('return {ARGV[1]}', [], ['é'])
      .exec();
    expect(replies).toEqual(['OK', 2, '2', ['é']]);
  });

  test('an error in a script throws, and does not contain the arguments', async () => {
    const failed = redis.eval('error("boom")', [newKey()], ['secret of a shopper']);
    const error = await failed.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(errors.UpstashError);
    expect(error?.message).toMatch(/^ERR .*boom/s);
    expect(error?.message).not.toContain('secret of a shopper');
  });

  test('the token bucket allows its capacity and then none, and says when the next one is free', async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.tokenBucket(1, '20 s', 3),
      prefix: newKey(),
      ephemeralCache: false,
      timeout: deadlineMs,
    });
    const id = `{${randomUUID()}}`;
    const verdicts = await Promise.all(Array.from({ length: 8 }, () => limiter.limit(id)));
    expect(verdicts.map(({ success }) => success).sort()).toEqual([
      ...Array(5).fill(false),
      ...Array(3).fill(true),
    ]);
    expect(verdicts.every(({ reason }) => reason === undefined)).toBe(true);
    const wait = Math.min(...verdicts.map(({ reset }) => reset)) - Date.now();
    expect(wait).toBeGreaterThan(15_000);
    expect(wait).toBeLessThanOrEqual(20_000);
    expect((await limiter.limit(`{${randomUUID()}}`)).success).toBe(true);
  });

  test('the token bucket fills up again', async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.tokenBucket(1, '300 ms', 1),
      prefix: newKey(),
      ephemeralCache: false,
      timeout: deadlineMs,
    });
    expect((await limiter.limit('{a}')).success).toBe(true);
    expect((await limiter.limit('{a}')).success).toBe(false);
    await expect.poll(async () => (await limiter.limit('{a}')).success).toBe(true);
  });

  test('the sliding window allows its limit and then none, and has room again later', async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(4, '2 s'),
      prefix: newKey(),
      ephemeralCache: false,
      timeout: deadlineMs,
    });
    // Starts early in a window, so that all eight calls fall into it.
    await expect.poll(() => Date.now() % 2_000, { timeout: 5_000, interval: 10 }).toBeLessThan(500);
    const id = `{${randomUUID()}}`;
    const verdicts = await Promise.all(Array.from({ length: 8 }, () => limiter.limit(id)));
    expect(verdicts.filter(({ success }) => success)).toHaveLength(4);
    expect(verdicts.every(({ reason }) => reason === undefined)).toBe(true);
    await expect
      .poll(async () => (await limiter.limit(id)).success, { timeout: 6_000, interval: 100 })
      .toBe(true);
  });
});

describe.each(['rest', 'tcp'])('a real Redis over %s', (transport) => {
  const client = open(configs[transport]);
  afterAll(() => client.close());
  const { redis } = client;

  test('a command on the wrong type is refused with Redis’s own message, and nothing else', async () => {
    const key = `test:${randomUUID()}`;
    await redis.lpush(key, 'item');
    await expect(redis.get(key)).rejects.toMatchObject({
      name: 'UpstashError',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
    });
    await expect(redis.pipeline().get(key).exec()).rejects.toThrow(/^Command 1 \[ get \] failed: WRONGTYPE /);
    await expect(redis.multi().get(key).exec()).rejects.toThrow(/^Command 1 \[ get \] failed: WRONGTYPE /);
  });

  test('a transaction that Redis discards as a whole throws and changes nothing', async () => {
    const key = `test:${randomUUID()}`;
    const discarded = redis.multi().set(key, 'x').mget().exec();
    await expect(discarded).rejects.toThrow(/^EXECABORT /);
    expect(await redis.get(key)).toBeNull();
  });

  test('scripts are loaded again after SCRIPT FLUSH', async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.tokenBucket(5, '10 s', 5),
      prefix: `test:${randomUUID()}`,
      ephemeralCache: false,
    });
    expect((await limiter.limit('{a}')).remaining).toBe(4);
    await redis.scriptFlush();
    expect((await limiter.limit('{a}')).remaining).toBe(3);
  });
});

describe('a command whose reply was lost is sent once', () => {
  test('over tcp', async () => {
    const proxy = await startTcpProxy(server.port);
    const client = open({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    const key = `test:${randomUUID()}`;
    expect(await client.redis.incr(key)).toBe(1);
    proxy.disturb({ kind: 'lose_reply', to: [key] }, first(1));
    await expect(client.redis.incr(key)).rejects.toThrow(/retries per request|closed|not connected/);
    // The connection is restored, and the lost command is not repeated.
    await expect.poll(() => client.redis.get(key).catch(() => 'away')).toBe('2');
    client.close();
    await proxy.close();
  });

  test('over rest', async () => {
    const client = open(configs.rest);
    const key = `test:${randomUUID()}`;
    const before = rest.requests();
    rest.loseNextReply();
    await expect(client.redis.incr(key)).rejects.toThrow(/fetch failed/);
    expect(rest.requests()).toBe(before + 1);
    expect(await client.redis.get(key)).toBe('1');
  });
});

test('a wrong bearer token is refused, and is not part of the error', async () => {
  const client = open({ UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: 'not-the-token' });
  await expect(client.redis.set('a', 'b')).rejects.toThrow(/^WRONGPASS invalid or missing auth token$/);
});

test('a wrong password is given as the reason, without the password', async () => {
  const client = open({ REDIS_URL: `redis://user:not-the-password@127.0.0.1:${server.port}` });
  await expect(client.redis.get('a')).rejects.toThrow(/^not connected: WRONGPASS (?!.*not-the-password)/);
  await client.close();
});

test('an unreachable server is given as the reason', async () => {
  const proxy = await startTcpProxy(server.port);
  await proxy.close();
  const tcp = open({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
  await expect(tcp.redis.get('a')).rejects.toThrow(/^not connected: connect ECONNREFUSED /);
  await tcp.close();
  const http = open({
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${proxy.port}`,
    UPSTASH_REDIS_REST_TOKEN: 'any',
  });
  await expect(http.redis.get('a')).rejects.toThrow('fetch failed (ECONNREFUSED)');
});

test('without configuration there is no client', () => {
  expect(connectRedis({}, deadlineMs)).toBeUndefined();
});
