import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch/batch-queue.ts';
import type { OrderSnapshot } from '#lib/orders/decide/decide.ts';
import { findOrdersOfSubmissions } from '#lib/orders/read/find-orders.ts';
import { sql } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Look-ups in one statement: few enough that parsing the arrays costs almost nothing. */
const batchOf = (waiting: number) => Math.min(waiting, 128);

/** Statements at the same time: two of the ten connections that pages share. */
const maxRunning = 2;

/** Replays that may wait. Further ones are answered with 503 and are safe to send again. */
const maxWaiting = 8_192;

/** The same as the longest wait for the order writer. */
const maxWaitMs = 3_000;

interface Submission {
  userId: string;
  submitToken: string;
}

/**
 * Reads the order of a submission that Redis has marked as done. After a restore or a failover, Redis may
 * remember an order that the database has lost, so only the database's answer counts. Replays that arrive
 * at the same time share one statement.
 * Throws `overloaded`, and what the database throws.
 */
export function findReplayedOrder(submission: Submission): Promise<OrderSnapshot | undefined> {
  return reader().add(submission);
}

function reader(): BatchQueue<Submission, OrderSnapshot | undefined> {
  return processWide('replayReader', () =>
    makeBatchQueue({ maxWaiting, batchOf, maxRunning, maxWaitMs, work: readTogether }),
  );
}

async function readTogether(submissions: Submission[]) {
  const orders = await findOrdersOfSubmissions(sql(), submissions);
  const byKey = new Map(orders.map((order) => [keyOf(order), order]));
  return submissions.map((submission) => ({
    status: 'fulfilled' as const,
    value: byKey.get(keyOf(submission)),
  }));
}

const keyOf = ({ userId, submitToken }: Submission): string => `${userId}|${submitToken}`;
