import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Lab, metricsToken } from '#proof/chaos/lab/lab.ts';

/** What a checkout costs, counted at the doors between the parts. */

export interface Work {
  /** Submissions that clients sent. */
  sent: number;
  /** Of these, how many reached a process of the shop. */
  arrived: number;
  /** Of these, how many reached the order writer, and so the database. */
  written: number;
  /** Questions to the database and their answers. */
  roundTrips: number;
  /** Scripts that Redis ran: claims, looks at a claim, quotas. */
  redisScripts: number;
  /** Milliseconds that connections waited for locks of each other. */
  lockMs: number;
  /** Transactions that PostgreSQL ended because they waited for each other. */
  deadlocks: number;
  /** Orders that stand. */
  orders: number;
}

type Counted = Omit<Work, 'sent' | 'deadlocks' | 'orders'>;

/** How often connections that wait are looked for. */
const lookEveryMs = 4;

/**
 * Counts while `work` goes on; what runs beside it is counted, too. Each piece of traffic with the
 * database waits `databaseMs` on its way: two transactions that would meet only by chance then do meet.
 */
export async function measured(lab: Lab, databaseMs: number, work: () => Promise<void>): Promise<Counted> {
  const database = countPieces(lab, databaseMs);
  const before = await countersOf(lab);
  const watch = watchLocks(lab);
  await work();
  const lockMs = await watch.end();
  const after = await countersOf(lab);
  return {
    arrived: after.arrived - before.arrived,
    written: after.written - before.written,
    roundTrips: database.end() / 2,
    redisScripts: after.redisScripts - before.redisScripts,
    lockMs,
  };
}

/** Counts the pieces of traffic with the database, in both directions, each of which waits as long. */
function countPieces(lab: Lab, ms: number): { end: () => number } {
  let pieces = 0;
  for (const proxy of lab.proxies.postgres)
    proxy.disturb({ kind: 'latency', ms }, () => {
      pieces += 1;
      return ms > 0;
    });
  return {
    end() {
      for (const proxy of lab.proxies.postgres) proxy.heal();
      return pieces;
    },
  };
}

/** What the two processes count themselves, and Redis. A process that was killed counts from nothing. */
async function countersOf({ doors, proxies }: Lab) {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const texts = await Promise.all(
    doors.slice(0, 2).map((port) =>
      fetch(`http://127.0.0.1:${port}/api/metrics`, { headers }).then(
        (response) => response.text(),
        () => '',
      ),
    ),
  );
  const sum = (metric: string) =>
    texts
      .flatMap((text) => [...text.matchAll(new RegExp(`^${metric}(?:{[^}]*})? (\\S+)$`, 'gm'))])
      .reduce((total, [, value]) => total + Number(value), 0);
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

function watchLocks(lab: Lab): { end: () => Promise<number> } {
  let over = false;
  let waitedMs = 0;
  const watching = lab.withDatabase(async (client) => {
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
