import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch/batch-queue.ts';
import type { OrderSnapshot } from '#lib/orders/decide.ts';
import { findOrdersOfSubmissions } from '#lib/orders/find-orders.ts';
import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Look-ups in one statement. The arrays stay short enough that their parsing costs nothing. */
const maxBatch = 128;

/** Statements at a time: two connections of the ten that pages share. */
const maxRunning = 2;

/** Replays that may wait. A burst larger than this is answered 503 and is safe to send again. */
const maxWaiting = 8_192;

/** As long as a submission waits for the order writer. */
const maxWaitMs = 3_000;

interface Submission {
  userId: string;
  submitToken: string;
}

/**
 * The order of a submission that Redis says is done. Redis may remember an order that the database
 * has lost, after a restore or a failover, so only the database's answer counts. Replays that arrive
 * together share one statement.
 * Throws `overloaded`, and what the database throws.
 */
export function findReplayedOrder(submission: Submission): Promise<OrderSnapshot | undefined> {
  return reader().add(submission);
}

function reader(): BatchQueue<Submission, OrderSnapshot | undefined> {
  return processWide('replayReader', () =>
    makeBatchQueue({ maxWaiting, maxBatch, maxRunning, maxWaitMs, work: readTogether }),
  );
}

async function readTogether(submissions: Submission[]) {
  const orders = await findOrdersOfSubmissions(db(), submissions);
  const byKey = new Map(orders.map((order) => [keyOf(order), order]));
  return submissions.map((submission) => ({
    status: 'fulfilled' as const,
    value: byKey.get(keyOf(submission)),
  }));
}

const keyOf = ({ userId, submitToken }: Submission): string => `${userId}|${submitToken}`;
