import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Harness, metricsToken } from '#proof/harness/harness.ts';

/** The cost of a checkout, counted between the parts. */

export interface Work {
  /** Submissions that clients sent. */
  sent: number;
  /** How many of these reached a process of the shop. */
  arrived: number;
  /** How many of these reached the order writer, and so the database. */
  written: number;
  /** Requests to the database and their answers. */
  roundTrips: number;
  /** Scripts that Redis ran: claims, reads of a claim, quotas. */
  redisScripts: number;
  /** Milliseconds that connections waited for each other's locks. */
  lockMs: number;
  /** Transactions that PostgreSQL aborted because of a deadlock. */
  deadlocks: number;
  /** Orders in the database. */
  orders: number;
}

type Counted = Omit<Work, 'sent' | 'deadlocks' | 'orders'>;

/** How often waiting connections are counted. */
const lookEveryMs = 4;

/**
 * Counts while `work` runs, including anything that runs beside it. Each chunk of database traffic waits
 * `databaseMs` on its way, so that transactions that would rarely overlap do overlap.
 */
export async function measured(
  harness: Harness,
  databaseMs: number,
  work: () => Promise<void>,
): Promise<Counted> {
  const database = countPieces(harness, databaseMs);
  const before = await countersOf(harness);
  const watch = watchLocks(harness);
  let lockMs = 0;
  try {
    await work();
  } finally {
    // Also when the work fails: it must not outlive the trial.
    lockMs = await watch.end();
  }
  const after = await countersOf(harness);
  return {
    arrived: after.arrived - before.arrived,
    written: after.written - before.written,
    roundTrips: database.end() / 2,
    redisScripts: after.redisScripts - before.redisScripts,
    lockMs,
  };
}

/** Counts the chunks of database traffic in both directions. Each waits `ms` milliseconds. */
function countPieces(harness: Harness, ms: number): { end: () => number } {
  let pieces = 0;
  for (const proxy of harness.proxies.postgres)
    proxy.disturb({ kind: 'latency', ms }, () => {
      pieces += 1;
      return ms > 0;
    });
  return {
    end() {
      for (const proxy of harness.proxies.postgres) proxy.heal();
      return pieces;
    },
  };
}

/**
 * The metrics of all processes, which either of the two shows, and of Redis. A killed process starts again from
 * zero.
 */
async function countersOf({ doors, proxies }: Harness) {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const text = await Promise.any(
    doors.slice(0, 2).map(async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/metrics`, { headers });
      return response.text();
    }),
  ).catch(() => '');
  const sum = (metric: string) =>
    [...text.matchAll(new RegExp(`^${metric}(?:{[^}]*})? (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    arrived: sum('once_order_answers_total'),
    written: sum('once_order_batch_size_sum'),
    redisScripts: await scriptsRunBy(proxies.redis[0]?.port),
  };
}

async function scriptsRunBy(port: number | undefined): Promise<number> {
  const redis = new Redis(port ?? 0, { maxRetriesPerRequest: 0 });
  try {
    const text = await redis.info('commandstats');
    return [...text.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce(
      (total, [, calls]) => total + Number(calls),
      0,
    );
  } finally {
    redis.disconnect();
  }
}

function watchLocks(harness: Harness): { end: () => Promise<number> } {
  let over = false;
  let waitedMs = 0;
  const watching = harness.withDatabase(async (client) => {
    for (let last = performance.now(); !over; await sleep(lookEveryMs)) {
      const { rows } = await client.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      const now = performance.now();
      waitedMs += (rows[0]?.waiting ?? 0) * (now - last);
      last = now;
    }
  });
  return {
    async end() {
      over = true;
      await watching;
      return Math.round(waitedMs);
    },
  };
}
