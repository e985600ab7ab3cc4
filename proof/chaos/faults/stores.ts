import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { callOnce } from '#proof/harness/shopper/call-once.ts';
import { Shopper } from '#proof/harness/shopper/shopper.ts';
import type { Fault } from './fault.ts';

/** Faults of the stores: PostgreSQL, which must not lose data, and Redis, which may lose all of it. */

/** How often prices change while carts with those items are being ordered. */
const priceChanges = 10;

/** Longer than a request waits for a free connection. */
const lockedMs = 4_000;

/** Simultaneous requests to each process: more than it has connections. */
const crowd = 16;

export const storeFaults: Fault[] = [
  {
    name: 'postgres killed',
    at: 'postgres',
    inject: async (harness) => {
      const ended = await harness.postgres.kill();
      await harness.postgres.start();
      return ended;
    },
  },
  {
    name: 'postgres restarted',
    at: 'postgres',
    inject: async (harness) => {
      const ended = await harness.postgres.stop();
      await harness.postgres.start();
      return ended;
    },
  },
  {
    name: 'postgres sessions ended',
    at: 'postgres',
    inject: ({ withDatabase }) =>
      withDatabase(async (client) => {
        const { rows } = await client.query<{ ended: boolean }>(
          "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = current_user AND pid <> pg_backend_pid()",
        );
        return rows.filter(({ ended }) => ended).length;
      }),
  },
  {
    name: 'pool exhausted',
    at: 'postgres',
    // Requests that change a cart or order wait until all connections wait. Later requests get no
    // connection.
    inject: ({ withDatabase, doors }) =>
      withDatabase(async (client) => {
        const { rows } = await client.query<{ sku: string }>(
          `SELECT sku FROM variant WHERE sku LIKE 'PROVE-%-PLENTY-%' LIMIT 1`,
        );
        // One table only: holding one table lock while waiting for another leads to a deadlock sooner or
        // later.
        await client.query('BEGIN; LOCK TABLE cart IN EXCLUSIVE MODE');
        const asked = doors
          .slice(0, 2)
          .flatMap((port) =>
            Array.from({ length: crowd }, () =>
              new Shopper(callOnce(port)).setLine(rows[0]?.sku ?? '', 1).catch(() => undefined),
            ),
          );
        await sleep(lockedMs);
        await client.query('ROLLBACK');
        const replies = await Promise.all(asked);
        if (replies.some((reply) => reply?.status === 500)) throw new Error('a crowd was answered 500');
        return replies.filter((reply) => reply?.status === 503).length;
      }),
  },
  {
    name: 'redis killed',
    at: 'redis',
    inject: async ({ redis }) => {
      const ended = await redis.kill();
      await redis.start();
      return ended;
    },
  },
  { name: 'redis away', at: 'redis', inject: ({ redis }) => redis.kill() },
  {
    name: 'redis frozen',
    at: 'redis',
    inject: async ({ redis }) => redis.signal('SIGSTOP'),
    lastsMs: (random) => random.pick([0, 15_000]),
  },
  {
    name: 'redis flushed',
    at: 'redis',
    inject: async ({ redis }) => {
      let flushed = 0;
      for (let times = 0; times < 10; times += 1) {
        if (await redis.flush()) flushed += 1;
        await sleep(200);
      }
      return flushed;
    },
  },
  {
    name: 'prices changed',
    at: 'catalogue',
    inject: async ({ withDatabase }) => {
      let changed = 0;
      for (let times = 0; times < priceChanges; times += 1) {
        // Another fault may have taken the database or its disk away.
        await withDatabase(raisePrices).then(
          () => {
            changed += 1;
          },
          () => undefined,
        );
        await sleep(200);
      }
      return changed;
    },
  },
];

/** Of the items and of shipping: an order depends on both. */
const raisePrices = (client: pg.Client) =>
  client.query(`UPDATE variant SET price_minor = price_minor + 1 WHERE sku LIKE 'PROVE-%';
                UPDATE shipping_rate SET price_minor = price_minor + 1`);
