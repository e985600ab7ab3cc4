import type { Decision } from '#lib/orders/decide.ts';
import type { Placement } from '#lib/orders/placement.ts';
import { processWide } from '#lib/process-wide.ts';

/** Submissions being placed by this process, so that equal ones that arrive meanwhile share one way. */
const running = () => processWide('placing', () => new Map<string, Promise<Decision>>());

type Key = Pick<Placement, 'userId' | 'submitToken' | 'bodyHash' | 'confirmDuplicate'>;

/**
 * Starts a placement, or joins the equal one that is under way. "Equal" includes the body: the
 * same key with another body goes its own way and is told so by what it meets there.
 */
export function runOnce(
  { userId, submitToken, bodyHash, confirmDuplicate }: Key,
  start: () => Promise<Decision>,
): { first: boolean; running: Promise<Decision> } {
  const key = [userId, submitToken, bodyHash, confirmDuplicate].join('|');
  const underWay = running().get(key);
  if (underWay) return { first: false, running: underWay };
  const promise = start().finally(() => running().delete(key));
  // Those who wait hear of a failure; if all of them have gone, nobody needs to.
  promise.catch(() => undefined);
  running().set(key, promise);
  return { first: true, running: promise };
}

/** Whether this process is placing a submission right now. */
export function isPlacing(userId: string, submitToken: string): boolean {
  const prefix = `${userId}|${submitToken}|`;
  return [...running().keys()].some((key) => key.startsWith(prefix));
}
