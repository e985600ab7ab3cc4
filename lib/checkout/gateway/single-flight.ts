import type { Decision } from '#lib/orders/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Submissions being placed by this process, so that equal ones that arrive meanwhile share one way. */
const placing = () =>
  processWide('placing', () => ({
    running: new Map<string, Promise<Decision>>(),
    /** How many ways of each submission are under way, whatever their bodies. */
    counts: new Map<string, number>(),
  }));

type Key = Pick<OrderRequest, 'userId' | 'submitToken' | 'bodyHash' | 'confirmDuplicate'>;

/**
 * Starts a orderRequest, or joins the equal one that is under way. "Equal" includes the body: the
 * same key with another body goes its own way and is told so by what it meets there.
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
  // Those who wait hear of a failure; if all of them have gone, nobody needs to.
  promise.catch(() => undefined);
  running.set(key, promise);
  return { first: true, running: promise };
}

/** Whether this process is placing a submission right now. */
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
