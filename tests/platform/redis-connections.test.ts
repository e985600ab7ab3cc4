import { randomUUID } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import { afterAll, describe, expect, test } from 'vitest';
import { connectRedis } from '#lib/platform/redis/connect.ts';
import { openTcp } from '#lib/platform/redis/transports/tcp.ts';
import { first, startTcpProxy } from '#proof/harness/tcp-proxy.ts';
import { configs, deadlineMs, open, rest, server } from '#tests/platform/open-transports.ts';

/** Clients of a real Redis: scripts, lost replies, and what cannot be reached. */

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

test('a server that has become a replica gets a new connection, which may lead to the new primary', async () => {
  const { wire, close } = openTcp(server.url, deadlineMs);
  const connectionId = async () => Number((await wire.send(['CLIENT', 'ID'])).result);
  const before = await connectionId();
  await wire.send(['REPLICAOF', '127.0.0.1', '1']);
  try {
    const refused = await wire.send(['SET', `test:${randomUUID()}`, 'x']);
    expect(refused.error).toMatch(/^READONLY /);
    await expect.poll(() => connectionId().catch(() => 0)).toBeGreaterThan(before);
  } finally {
    await server.command('REPLICAOF', 'NO', 'ONE');
    await close();
  }
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
