import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab/lab.ts';
import type { Fault } from './fault.ts';

/** Where things are kept: PostgreSQL, which must forget nothing, and Redis, which may forget everything. */

/** Changes of a price while carts with it are being ordered. */
const priceChanges = 10;

/** Longer than a request waits for a free connection. */
const lockedMs = 4_000;

export const storeFaults: Fault[] = [
  {
    name: 'postgres killed',
    at: 'postgres',
    inject: async (lab) => {
      await lab.postgres.kill();
      await startPostgres(lab);
    },
  },
  {
    name: 'postgres restarted',
    at: 'postgres',
    inject: async (lab) => {
      await lab.postgres.stop();
      await startPostgres(lab);
    },
  },
  {
    name: 'postgres sessions ended',
    at: 'postgres',
    inject: ({ withDatabase }) =>
      withDatabase(async (client) => {
        await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()',
        );
      }),
  },
  {
    name: 'pool exhausted',
    at: 'postgres',
    // Whoever wants to order waits, and soon has all connections waiting.
    inject: ({ withDatabase }) =>
      withDatabase(async (client) => {
        // In the order in which the shop takes them, or one of both would be called a deadlock's victim.
        await client.query('BEGIN; LOCK TABLE cart, orders IN EXCLUSIVE MODE');
        await sleep(lockedMs);
        await client.query('ROLLBACK');
      }),
  },
  {
    name: 'redis killed',
    at: 'redis',
    inject: async ({ redis }) => {
      await redis.kill();
      await redis.start();
    },
  },
  { name: 'redis away', at: 'redis', inject: ({ redis }) => redis.kill() },
  { name: 'redis frozen', at: 'redis', inject: async ({ redis }) => redis.signal('SIGSTOP') },
  {
    name: 'redis flushed',
    at: 'redis',
    inject: async ({ flushRedis }) => {
      for (let times = 0; times < 10; times += 1) {
        await flushRedis();
        await sleep(200);
      }
    },
  },
  {
    name: 'prices changed',
    at: 'catalogue',
    inject: ({ withDatabase }) =>
      withDatabase(async (client) => {
        for (let times = 0; times < priceChanges; times += 1) {
          await client.query(`UPDATE variant SET price_minor = price_minor + 1 WHERE sku LIKE 'PROVE-%'`);
          await sleep(200);
        }
      }),
  },
];

/** Starts it where it has ended, waits until it answers, and tells its proxy where. */
export async function startPostgres({ postgres, proxies }: Lab): Promise<void> {
  await postgres.start();
  for (const proxy of proxies.postgres) proxy.retarget(Number(new URL(postgres.connectionString()).port));
}
