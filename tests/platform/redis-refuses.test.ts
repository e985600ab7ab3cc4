import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { closeRedis } from '#lib/platform/redis/redis.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { chooseRedis } from '#scripts/launch/parts/redis.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { spawnRedis } from '#scripts/services/redis.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** A Redis that is reachable and refuses: a wrong password, or a user without permission for scripts. */

await openTestShop();
const folder = await mkdtemp(path.join(os.tmpdir(), 'once-refusing-redis-'));
const port = await choosePort();
const server = await spawnRedis({ port, folder, password: 'right' });
const operator = new Redis(`redis://:right@127.0.0.1:${port}`);
await operator.call('ACL', 'SETUSER', 'clerk', 'on', '>clerk', '~once:*', '+@all', '-@scripting');
afterAll(async () => {
  operator.disconnect();
  await closeRedis();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => operator.flushall());

const right = `redis://:right@127.0.0.1:${port}`;
const refusing: [what: string, url: string, reason: RegExp][] = [
  ['a wrong password', `redis://:wrong@127.0.0.1:${port}`, /the user or the password is wrong/],
  ['no password', `redis://127.0.0.1:${port}`, /another login than REDIS_URL gives/],
  ['a user without scripts', `redis://clerk:clerk@127.0.0.1:${port}`, /may not do what orders need.*EVALSHA/],
];

describe.each(refusing)('%s', (_what, url, reason) => {
  // What broke: npm start opened the shop without any limits, with one warning in the log.
  test('is an error at start that says what to set, without the password', async () => {
    const start = chooseRedis({ REDIS_URL: url }, folder);
    await expect(start).rejects.toThrow(reason);
    await expect(start).rejects.toThrow(/REDIS_URL/);
    await expect(start).rejects.not.toThrow(/wrong@|clerk:clerk/);
  });

  test('makes a server degraded, with the reason, and the process counts limits itself', async () => {
    const shop = await startShopProcess({ REDIS_URL: url, RATE_LIMIT_SHOPPER_PER_MIN: '1' });
    const call = callUrl(shop.url);
    // The first check of a process may end before its connection is open.
    await expect
      .poll(async () => (await call('/api/ready')).json())
      .toEqual({
        status: 'degraded',
        reason: expect.stringMatching(reason),
        database: 'up',
        redis: 'degraded',
      });
    expect((await call('/api/ready')).status).toBe(200);
    const shopper = await shopperWith(call, await addProduct(`REFUSED-${url.length}`));
    expect((await shopper.order(await shopper.body())).status).toBe(201);
    await shopper.put(await addProduct(`REFUSED-2-${url.length}`), 1);
    expect((await shopper.order(await shopper.body())).status).toBe(429);
  });
});

test('a Redis user has two passwords while one replaces the other, and no process loses its Redis', async () => {
  const setUser = (...rules: string[]) => operator.call('ACL', 'SETUSER', 'shop', ...rules);
  const startWith = async (password: string) => {
    const url = `redis://shop:${password}@127.0.0.1:${port}`;
    return callUrl((await startShopProcess({ REDIS_URL: url })).url);
  };
  const redisOf = async (call: typeof before) => (await (await call('/api/ready')).json()).redis;
  await setUser('on', '>first', '~once:*', '+@all');
  const before = await startWith('first');
  await expect.poll(() => redisOf(before)).toBe('up');
  await setUser('>second');
  const after = await startWith('second');
  await setUser('<first');
  await expect.poll(() => redisOf(after)).toBe('up');
  // Its connection stays open, so it may be stopped later.
  expect(await redisOf(before)).toBe('up');
});

test('a Redis that accepts the shop is used, and an unreachable one is only reported', async () => {
  expect(await chooseRedis({ REDIS_URL: right }, folder)).toEqual({
    variables: {},
    description: `Redis at 127.0.0.1:${port}`,
  });
  const { description } = await chooseRedis({ REDIS_URL: 'redis://127.0.0.1:1' }, folder);
  expect(description).toMatch(
    /^Redis at 127\.0\.0\.1:1, which does not answer .*: orders continue without it$/,
  );
});
