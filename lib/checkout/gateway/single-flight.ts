import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Submissions that this process is placing, so that equal concurrent submissions share one run. */
const placing = () =>
  processWide('placing', () => ({
    running: new Map<string, Promise<Decision>>(),
    /** Number of runs in progress for each submission, with any body. */
    counts: new Map<string, number>(),
  }));

type Key = Pick<OrderRequest, 'userId' | 'submitToken' | 'bodyHash' | 'confirmDuplicate'>;

/**
 * Starts an order request, or joins an equal one that is in progress. "Equal" includes the body: the same
 * key with another body gets its own run, which refuses the reused key.
 */
export function runOnce(
  { userId, submitToken, bodyHash, confirmDuplicate }: Key,
  start: () => Promise<Decision>,
): { first: boolean; running: Promise<Decision> } {
  const { running } = placing();
  const submission = submissionKey(userId, submitToken);
  const key = [submission, bodyHash, confirmDuplicate].join('|');
  const underWay = running.get(key);
  if (underWay) return { first: false, running: underWay };
  count(submission, 1);
  const promise = start().finally(() => {
    running.delete(key);
    count(submission, -1);
  });
  // Waiting submissions receive the failure. Without any, it must not become an unhandled rejection.
  promise.catch(() => undefined);
  running.set(key, promise);
  return { first: true, running: promise };
}

/** Whether this process is placing the submission right now. */
export function isPlacing(userId: string, submitToken: string): boolean {
  return placing().counts.has(submissionKey(userId, submitToken));
}

function count(submission: string, change: 1 | -1): void {
  const { counts } = placing();
  const now = (counts.get(submission) ?? 0) + change;
  if (now > 0) counts.set(submission, now);
  else counts.delete(submission);
}

function submissionKey(userId: string, submitToken: string): string {
  return `${userId}|${submitToken}`;
}
