import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import {
  goodCard,
  place,
  readyToOrder,
  type Scene,
  shelf,
  times,
  type Workload,
} from '#proof/ablation/scene.ts';
import { noteOfVersion } from '#proof/harness/evidence/records.ts';
import { first } from '#proof/harness/tcp-proxy.ts';

/** Workloads about the records of what happened: submissions, the provider's balance, and reconciliations. */

type Harness = Scene['harness'];

export const booksKept = {
  recorded: {
    about: 'the records of submissions are written, and the reply of the COMMIT is lost',
    goods: shelf('PLENTY'),
    checkouts: 4,
    prepare: async (scene) => {
      const ready = await ordersOf(scene, 4);
      return async () => {
        await Promise.all(ready.map(({ shopper, submission }) => shopper.submit(submission, { app: 0 })));
        // The orders have committed. A second later the process writes its records.
        for (const proxy of scene.harness.proxies.postgres)
          proxy.disturb({ kind: 'lose_reply', to: ['COMMIT'] }, first(1));
        await sleep(recordedWithinMs);
      };
    },
  },

  foundTwice: {
    about: 'two processes reconcile at the same time, and a change of the stock has no note',
    goods: shelf('PLENTY'),
    checkouts: 1,
    worker: true,
    operator: true,
    prepare: async ({ harness }) => {
      await holdOffJob(harness);
      await changeWithoutNote(harness);
      return async () => {
        await beginJob(harness);
        await untilRow(harness, 'SELECT FROM reconciliation WHERE lease IS NOT NULL');
        await reconcile(harness);
        await jobDone(harness);
      };
    },
  },

  listedTwice: {
    about: 'a card order is reconciled twice within minutes',
    goods: shelf('PLENTY'),
    checkouts: 1,
    operator: true,
    prepare: async (scene) => {
      const { harness } = scene;
      await placeAll(await ordersOf(scene, 1, goodCard));
      return async () => {
        for (let time = 0; time < 2; time += 1) await reconcile(harness);
      };
    },
  },

  fenced: {
    about: 'a process is suspended while it reconciles, for longer than its lease, and another takes its run',
    goods: shelf('PLENTY'),
    checkouts: 4,
    worker: true,
    operator: true,
    databaseMs: 20,
    prepare: async (scene) => {
      const { harness } = scene;
      await holdOffJob(harness);
      await placeAll(await ordersOf(scene, 4));
      // With something to look at again, the second process waits before it does.
      await changeWithoutNote(harness);
      return async () => {
        await beginJob(harness);
        await untilRow(harness, `SELECT FROM reconciliation WHERE step = 'orders'`);
        harness.worker.signal('SIGSTOP');
        await run(harness, 'UPDATE reconciliation SET leased_until = now()');
        const other = reconcile(harness);
        await untilRow(harness, `SELECT FROM reconciliation WHERE step IN ('confirm', 'done')`);
        harness.worker.signal('SIGCONT');
        await other;
        await jobDone(harness);
      };
    },
  },

  bookedTwice: {
    about: 'two operators repair the same difference between stock and ledger at the same time',
    goods: { COUNTED: 10 },
    checkouts: 1,
    operator: true,
    prepare: async ({ harness }) => {
      await changeLedgerAlone(harness, 3);
      await reconcile(harness);
      const id = await discrepancyOf(harness, 'stock_differs');
      return async () => {
        // As while an index is created: both read, and wait with what they write.
        await whileLocked(harness, 'stock_movement', () =>
          times(2, () => askOperator(harness, `/repair?id=${id}`)),
        );
      };
    },
  },

  closedTwice: {
    about: 'two operators close the same day at the same time',
    goods: shelf('PLENTY'),
    checkouts: 1,
    operator: true,
    prepare: async (scene) => {
      const { harness } = scene;
      await placeAll(await ordersOf(scene, 1));
      await run(harness, `UPDATE orders SET placed_at = placed_at - interval '1 day'`);
      await reconcile(harness);
      const yesterday = new Date(Date.now() - dayMs).toISOString().slice(0, '2026-05-03'.length);
      return async () => {
        await whileLocked(harness, 'day_close', () =>
          times(2, () => askOperator(harness, `/close?day=${yesterday}`)),
        );
      };
    },
  },

  acceptedLate: {
    about: 'a difference grows after a person has read it, and the person accepts it',
    goods: { COUNTED: 10 },
    checkouts: 1,
    operator: true,
    prepare: async ({ harness }) => {
      await changeLedgerAlone(harness, 3);
      await reconcile(harness);
      const id = await discrepancyOf(harness, 'stock_differs');
      return async () => {
        await changeLedgerAlone(harness, 2);
        await reconcile(harness);
        const note = encodeURIComponent(noteOfVersion(1));
        await askOperator(harness, `/accept?id=${id}&version=1&note=${note}`);
        await changeLedgerAlone(harness, -5);
      };
    },
  },
} as const satisfies Record<string, Workload>;

const ordersOf = (scene: Scene, count: number, payment?: Record<string, unknown>) =>
  times(count, async () => {
    const shopper = scene.shopper();
    return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }, payment) };
  });

type Ready = Awaited<ReturnType<typeof ordersOf>>;

const placeAll = (ready: Ready) =>
  Promise.all(ready.map(({ shopper, submission }) => place(shopper, submission)));

const dayMs = 24 * 60 * 60 * 1_000;

/** A process writes its records after a second, and tries again after another. */
const recordedWithinMs = 4_000;

const run = (harness: Harness, statement: string): Promise<pg.QueryResult> =>
  harness.withDatabase((client) => client.query(statement));

/** How long a step may take on a busy machine. */
const stepWithinMs = 30_000;

async function untilRow(harness: Harness, statement: string): Promise<void> {
  await harness.withDatabase(async (client) => {
    for (const until = performance.now() + stepWithinMs; performance.now() < until; await sleep(3))
      if ((await client.query(statement)).rowCount !== 0) return;
    throw new Error(`there was no row: ${statement}`);
  });
}

async function askOperator({ operatorPort }: Harness, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${operatorPort}${path}`, { method: 'POST' });
  return answer.text();
}

async function reconcile(harness: Harness): Promise<void> {
  const { open } = JSON.parse(await askOperator(harness, '/reconcile')) as { open: unknown };
  if (!Array.isArray(open)) throw new Error(`the reconciliation failed: ${open}`);
}

/** The worker starts this job every minute, too. With a run that has just ended, it does nothing. */
const holdOffJob = (harness: Harness) =>
  run(
    harness,
    `INSERT INTO reconciliation (from_at, to_at, repairs, is_whole, step, parts, finished_at)
     VALUES (now(), now(), true, true, 'done', 1, now())`,
  );

/** The worker's nightly job. */
const beginJob = (harness: Harness) =>
  run(
    harness,
    `DELETE FROM reconciliation;
     SELECT graphile_worker.add_job('reconcile', '{}'::json, job_key := 'ablation')`,
  );

const jobDone = (harness: Harness) =>
  untilRow(harness, `SELECT WHERE NOT EXISTS (SELECT FROM graphile_worker.jobs WHERE key = 'ablation')`);

/** There and back: the stock stays as the checker expects it. */
async function changeWithoutNote(harness: Harness): Promise<void> {
  await run(harness, `UPDATE stock SET available = available + 1 WHERE sku = 'PLENTY'`);
  await run(
    harness,
    `SET once.stock_note = 'counted'; UPDATE stock SET available = available - 1 WHERE sku = 'PLENTY'`,
  );
}

/** A row of the ledger that moves no stock, as from a restored backup. */
const changeLedgerAlone = (harness: Harness, units: number) =>
  run(
    harness,
    `BEGIN;
     ALTER TABLE stock_movement DISABLE TRIGGER USER;
     INSERT INTO stock_movement (sku, delta, reason, note) VALUES ('COUNTED', ${units}, 'correction', 'restored');
     ALTER TABLE stock_movement ENABLE TRIGGER USER;
     COMMIT`,
  );

const discrepancyOf = (harness: Harness, kind: string): Promise<string> =>
  harness.withDatabase(async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM discrepancy WHERE kind = $1', [kind]);
    if (rows[0] === undefined) throw new Error(`no discrepancy is a ${kind}`);
    return rows[0].id;
  });

/** Locks a table against writes, begins two pieces of work, and unlocks it when both wait. */
const whileLocked = <T>(harness: Harness, table: string, begin: () => Promise<T>): Promise<T> =>
  harness.withDatabase(async (client) => {
    await client.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
    const working = begin();
    await untilRow(
      harness,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' HAVING count(*) >= 2`,
    );
    await client.query('COMMIT');
    return working;
  });
