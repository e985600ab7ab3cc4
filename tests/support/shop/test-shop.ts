import { afterAll } from 'vitest';
import { drainOrderWriter } from '#lib/orders/batch/order-writer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { closeRedis } from '#lib/platform/redis/redis.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';
import { useTestEnv } from '#tests/support/services/env.ts';
import { startRedisServer, type TestRedis } from '#tests/support/services/redis-server.ts';

/** The shop of one test file, with a real database and a real Redis of its own. */
export interface TestShop {
  redis: TestRedis;
  databaseUrl: string;
}

interface Options {
  /** Configuration that differs from the tests' defaults. */
  env?: Record<string, string>;
  /** Puts a proxy between the shop and its database, and returns the new address. */
  throughProxy?: (databaseUrl: string) => Promise<string>;
}

/** Opens it, and closes it at the end of the file. Call it once, at the top of the file. */
export async function openTestShop({ env = {}, throughProxy }: Options = {}): Promise<TestShop> {
  const database = await createTestDatabase();
  const redis = await startRedisServer();
  const databaseUrl = (await throughProxy?.(database.connectionString)) ?? database.connectionString;
  useTestEnv({ DATABASE_URL: databaseUrl, REDIS_URL: redis.url, ...env });
  afterAll(async () => {
    await drainOrderWriter();
    await writeRecords();
    await Promise.all([closeDb(), closeRedis()]);
    await redis.close();
    await database.drop();
  });
  return { redis, databaseUrl };
}

/** The same, with a proxy that can lose or hold back what the database sends. */
export async function openTestShopBehindProxy(): Promise<TestShop & { proxy: TcpProxy }> {
  const started = Promise.withResolvers<TcpProxy>();
  const shop = await openTestShop({
    throughProxy: async (databaseUrl) => {
      const url = new URL(databaseUrl);
      const proxy = await startTcpProxy(Number(url.port));
      started.resolve(proxy);
      url.port = String(proxy.port);
      return url.href;
    },
  });
  const proxy = await started.promise;
  afterAll(() => proxy.close());
  return { ...shop, proxy };
}
