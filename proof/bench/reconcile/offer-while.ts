import type { Target } from '#proof/bench/load/connection.ts';
import { offer } from '#proof/bench/load/load.ts';
import { join, type LoadResult } from '#proof/bench/load/record.ts';

/** How long requests are offered before it is looked at whether the work is over. */
const chunkSeconds = 5;

interface Pace {
  perSecond: number;
  connections: number;
}

/** Offers requests on a schedule until `work` is settled, or until all were sent. */
export async function offerWhile(
  work: Promise<unknown>,
  target: Target,
  requests: readonly Buffer[],
  pace: Pace,
): Promise<LoadResult> {
  let isOver = false;
  const settle = () => {
    isOver = true;
  };
  work.then(settle, settle);
  const results: LoadResult[] = [];
  const atOnce = pace.perSecond * chunkSeconds;
  for (let at = 0; at < requests.length && !isOver; at += atOnce)
    results.push(await offer(target, requests.slice(at, at + atOnce), pace));
  return inTurn(results);
}

/** Loads of which each began when the one before had ended. */
export const inTurn = (results: readonly LoadResult[]): LoadResult =>
  results.reduce((one, other) => ({ ...join(one, other), seconds: one.seconds + other.seconds }));
