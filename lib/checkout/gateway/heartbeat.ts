import { randomUUID } from 'node:crypto';
import { processWide } from '#lib/platform/process-wide.ts';
import { askRedis, redisTransport } from '#lib/platform/redis/redis.ts';

/**
 * Whether the process that holds a claim is alive. A process that holds one keeps a short-lived key
 * in Redis; a claim whose process has none was left behind by a process that was killed.
 *
 * A living process may be taken for dead, when it hangs or Redis was flushed. Then two work on one
 * submission, which the database settles.
 */

/** Three beats: one may be lost and one late before a process counts as dead. */
const aliveMs = 3_000;
const beatMs = 1_000;

/** A process that was just found alive is not asked about again while duplicates poll its claim. */
const trustedMs = 500;

interface Heart {
  /** Names this process among all that share the Redis. */
  processId: string;
  /** Claims that it holds. */
  holding: number;
  timer: NodeJS.Timeout | undefined;
  /** Other processes that were found alive, and until when that is believed. */
  alive: Map<string, number>;
}

const heart = () =>
  processWide<Heart>('heart', () => ({
    processId: randomUUID(),
    holding: 0,
    timer: undefined,
    alive: new Map(),
  }));

/** `<claim>@<process>`: the value of a claim names its process. */
export const ownerOf = (claimId: string): string => `${claimId}@${heart().processId}`;

const processIn = (owner: string): string | undefined => owner.split('@')[1];

/** A hash tag of its own: a process is no shopper's. */
const aliveKey = (processId: string): string => `once:alive:{${processId}}`;

/**
 * Called before a claim is taken: the first beat goes out together with the claim, in one write, and
 * is not waited for. From then on the timer beats, so that orders in a rush cost no beat of their own.
 */
export function holdClaim(): void {
  const own = heart();
  own.holding += 1;
  // One process alone has nobody to tell.
  if (own.timer || !['tcp', 'rest'].includes(redisTransport())) return;
  sendBeat();
  own.timer = setInterval(beat, beatMs).unref();
}

export function dropClaim(): void {
  const own = heart();
  own.holding = Math.max(0, own.holding - 1);
}

/** Stops where there is nothing held at the moment; the next claim begins again. */
function beat(): void {
  const own = heart();
  if (own.holding > 0) sendBeat();
  else {
    clearInterval(own.timer);
    own.timer = undefined;
  }
}

function sendBeat(): void {
  const key = aliveKey(heart().processId);
  // Without an answer the next beat, or the database, does.
  askRedis((redis) => redis.set(key, '1', { px: aliveMs })).catch(() => undefined);
}

/** Whether an owner's process is known to be gone. Without an answer of Redis it is not. */
export async function isDead(owner: string): Promise<boolean> {
  const { processId: own, alive } = heart();
  const processId = processIn(owner);
  if (processId === undefined || processId === own) return false;
  if ((alive.get(processId) ?? 0) > performance.now()) return false;
  const asked = await askRedis((redis) => redis.exists(aliveKey(processId)));
  if (!asked.answered) return false;
  if (Number(asked.value) === 0) return true;
  alive.clear();
  alive.set(processId, performance.now() + trustedMs);
  return false;
}
