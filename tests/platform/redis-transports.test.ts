import { createHash, randomUUID } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import { errors } from '@upstash/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { configs, deadlineMs, open } from '#tests/platform/open-transports.ts';

/** One suite for all three transports: callers of Redis need not know which one is used. */

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
