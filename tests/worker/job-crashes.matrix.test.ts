import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startTcpProxy } from '#proof/harness/tcp-proxy.ts';
import { kill, orderLock, until, whileLocked } from '#tests/support/faults/crash-steps.ts';
import { casesOf } from '#tests/support/matrix.ts';
import { cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * A worker is killed (-9) at every step of a job that moves money, without notice to the others. Then either
 * another worker takes the job when it is free again, or the sweep runs first and the job after it. Both end
 * the same: the money has moved once, and the records agree.
 */

const { simulator, databaseUrl } = await openPayingShop();
const between = new URL(databaseUrl);
const proxy = await startTcpProxy(Number(between.port));
between.port = String(proxy.port);
afterAll(() => proxy.close());

beforeEach(() => {
  // Otherwise the webhook would report what the dead worker cannot.
  simulator.addFault({ kind: 'webhook_drop', times: 50 });
});
afterEach(async () => {
  simulator.clearFaults();
  proxy.heal();
  await expectBooksToAgree(simulator);
});

/** A part of the payment, so that a second refund would find money to take. */
const refundMinor = 500;

/** A queued job and the rows it works on. */
interface Work {
  shopper: Shopper;
  order: OrderInDb;
  /** The job's key in the queue. */
  job: string;
  /** The idempotency key that it sends to the provider. */
  idempotencyKey: string;
  /** The amount to move, and the amount moved according to the provider's ledger. */
  amount: number;
  moved: () => number;
  /** The status of the row that the job writes. */
  status: () => Promise<string | undefined>;
}

interface Kind {
  /** The provider request that the job sends. */
  asks: { method: string; path: string };
  begin: () => Promise<Work>;
  /** The status of that row before the job. */
  open: string;
  /** Makes the row old enough for the sweep. */
  neglect: () => Promise<unknown>;
  /** The final state of the order and of the provider's ledger. */
  end: { order: object; ledger: (order: OrderInDb) => object };
}

const charges = { method: 'POST', path: '^/v1/payment_intents$' };
const refunds = { method: 'POST', path: '^/v1/refunds$' };

const kinds: Record<string, Kind> = {
  settle_payment: {
    asks: charges,
    async begin() {
      simulator.addFault({ kind: 'error_before', on: charges });
      const { shopper, order } = await ordered();
      const sum = () => simulator.ledger(order.id).reduce((total, { captured }) => total + captured, 0);
      const status = async () => (await orderOf(shopper)).payments[0]?.status;
      const job = `settle_payment:${order.id}:1`;
      const idempotencyKey = `order:${order.id}:1`;
      return { shopper, order, job, idempotencyKey, amount: order.totalMinor, moved: sum, status };
    },
    open: 'unknown',
    neglect: () => db().$executeRaw`UPDATE payment SET updated_at = now() - interval '1 minute'`,
    end: {
      order: { status: 'paid', payments: [{ status: 'succeeded', refundedMinor: 0 }] },
      ledger: ({ totalMinor }) => ({ captured: totalMinor, refunded: 0 }),
    },
  },
  settle_refund: {
    asks: refunds,
    async begin() {
      const { shopper, order } = await ordered();
      simulator.addFault({ kind: 'error_before', on: refunds });
      const key = { userId: order.userId, orderId: order.id, id: randomUUID() };
      await refundOrder({ ...key, amountMinor: refundMinor, reason: 'broken', actor: eva });
      const sum = () => simulator.ledger(order.id).reduce((total, { refunded }) => total + refunded, 0);
      const status = async () => (await db().refund.findFirstOrThrow({ where: { id: key.id } })).status;
      const job = `settle_refund:${key.id}`;
      const idempotencyKey = `refund:${key.orderId}:${key.id}`;
      return { shopper, order, job, idempotencyKey, amount: refundMinor, moved: sum, status };
    },
    open: 'created',
    neglect: () => db().$executeRaw`UPDATE refund SET updated_at = now() - interval '1 minute'`,
    end: {
      order: { status: 'paid', payments: [{ status: 'succeeded', refundedMinor: refundMinor }] },
      ledger: ({ totalMinor }) => ({ captured: totalMinor, refunded: refundMinor }),
    },
  },
};

let count = 0;

/** A new card order. The planned faults decide what happens to its charge. */
async function ordered(): Promise<{ shopper: Shopper; order: OrderInDb }> {
  const shopper = await shopperWith(callHandlers, await addProduct(`JOB-CRASH-${++count}`));
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  return { shopper, order: await orderOf(shopper) };
}

interface QueuedJob {
  isTaken: boolean;
}

async function queued({ job }: Work): Promise<QueuedJob | undefined> {
  const [row] = await db().$queryRaw<QueuedJob[]>`
    SELECT locked_by IS NOT NULL AS "isTaken" FROM graphile_worker.jobs WHERE key = ${job}`;
  return row;
}

/** Deletes all other jobs and makes this one due without its wait of three seconds. */
async function makeDue({ job }: Work): Promise<void> {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs WHERE key IS DISTINCT FROM ${job}`;
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key = ${job}`;
}

/** Skips the two minutes after which a dead worker's job is free again. */
const outwait = ({ job }: Work) =>
  db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '3 minutes' WHERE key = ${job}`;

/** A job that a worker has started, and the means to kill that worker. */
interface Crash {
  work: Work;
  kind: Kind;
  /**
   * Starts the job, kills the worker when `isThen`, and checks the records while everything else is stopped.
   */
  killWhen: (isThen: () => Promise<boolean> | boolean) => Promise<void>;
}

interface Moment {
  crash: (crash: Crash) => Promise<void>;
  /** Whether the provider has executed it by then, and whether that is recorded. */
  isDone: boolean;
  isWritten: boolean;
}

const moments: Record<string, Moment> = {
  'while the provider is asked and has done nothing': {
    async crash({ work: { idempotencyKey }, kind, killWhen }) {
      const before = simulator.usesOfKey(idempotencyKey);
      simulator.addFault({ kind: 'timeout_before', on: kind.asks });
      await killWhen(() => simulator.usesOfKey(idempotencyKey) > before);
    },
    isDone: false,
    isWritten: false,
  },
  'when the provider has done it, before its answer': {
    async crash({ work, kind, killWhen }) {
      simulator.addFault({ kind: 'timeout_after', on: kind.asks });
      await killWhen(() => work.moved() > 0);
    },
    isDone: true,
    isWritten: false,
  },
  'after the answer, before it is written down': {
    // No other step of either job needs the order's lock.
    crash: ({ work, killWhen }) => whileLocked(databaseUrl, orderLock(work.order.id), killWhen),
    isDone: true,
    isWritten: false,
  },
  'after it is written down, before the job counts as done': {
    async crash({ work, killWhen }) {
      proxy.disturb({ kind: 'hold_request', to: ['complete_job'] });
      await killWhen(async () => proxy.isHolding() && (await work.status()) === 'succeeded');
    },
    isDone: true,
    isWritten: true,
  },
};

async function crashAt({ crash, isDone, isWritten }: Moment, work: Work, kind: Kind): Promise<void> {
  let killed = false;
  const killWhen: Crash['killWhen'] = async (isThen) => {
    await makeDue(work);
    const worker = startWorker({ DATABASE_URL: between.href });
    await worker.ready;
    await until(isThen);
    await kill(worker.child);
    killed = true;
    expect({ status: await work.status(), moved: work.moved() }).toEqual({
      status: isWritten ? 'succeeded' : kind.open,
      moved: isDone ? work.amount : 0,
    });
    // On a very busy machine this may be a later attempt: the one before it has waited too long.
    expect(await queued(work)).toEqual({ isTaken: true });
  };
  await crash({ work, kind, killWhen });
  expect(killed).toBe(true);
}

describe.each(Object.entries(kinds))('%s', (_name, kind) => {
  describe.each(casesOf(moments, ['after the answer, before it is written down']))(
    'killed %s',
    (_moment, moment) => {
      test.each(['another worker takes it', 'the sweep is sooner'])('%s: done once', async (then) => {
        const work = await kind.begin();
        await crashAt(moment, work, kind);
        if (then === 'the sweep is sooner') {
          await kind.neglect();
          await sweepPayments();
          expect(await work.status()).toBe('succeeded');
          await outwait(work);
          await drainJobs({ limitMs: 10_000 });
        } else {
          await outwait(work);
          await startWorker().ready;
          await until(async () => (await queued(work)) === undefined);
        }
        expect(await queued(work)).toBeUndefined();
        expect(await work.status()).toBe('succeeded');
        expect(await orderOf(work.shopper)).toMatchObject(kind.end.order);
        expect(simulator.ledger(work.order.id)).toMatchObject([kind.end.ledger(work.order)]);
      });
    },
  );
});
