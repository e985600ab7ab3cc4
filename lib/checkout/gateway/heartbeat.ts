import { randomUUID } from 'node:crypto';
import { processWide } from '#lib/platform/process-wide.ts';
import { askRedis, redisTransport } from '#lib/platform/redis/redis.ts';

/**
 * Tells whether the process that holds a claim is alive. A process that holds claims keeps a short-lived key
 * in Redis. A claim whose process has no such key was left behind by a killed process.
 *
 * A live process may appear dead when it hangs or Redis was flushed. Two processes may then work on
 * one submission, and the database decides.
 */

/** Three beats: one may be lost and one may be late before a process counts as dead. */
const aliveMs = 3_000;
const beatMs = 1_000;

/** For this long, a process found alive is not checked again while duplicates poll its claim. */
const trustedMs = 500;

interface Heart {
  /** Identifies this process among all that share the Redis. */
  processId: string;
  /** Number of claims that this process holds. */
  holding: number;
  timer: NodeJS.Timeout | undefined;
  /** Other processes that were found alive, and until when that result is used. */
  alive: Map<string, number>;
}

const heart = () =>
  processWide<Heart>('heart', () => ({
    processId: randomUUID(),
    holding: 0,
    timer: undefined,
    alive: new Map(),
  }));

/** `<claim>@<process>`: the value of a claim contains its process. */
export const ownerOf = (claimId: string): string => `${claimId}@${heart().processId}`;

const processIn = (owner: string): string | undefined => owner.split('@')[1];

/** Has its own hash tag, because a process belongs to no shopper. */
const aliveKey = (processId: string): string => `once:alive:{${processId}}`;

/**
 * Call it before a claim is taken. The first beat is sent in the same write as the claim and is not awaited.
 * After that the timer beats, so that a rush of orders costs no additional beats.
 */
export function holdClaim(): void {
  const own = heart();
  own.holding += 1;
  // Without a shared Redis, no other process reads the beat.
  if (own.timer || !['tcp', 'rest'].includes(redisTransport())) return;
  sendBeat();
  own.timer = setInterval(beat, beatMs).unref();
}

export function dropClaim(): void {
  const own = heart();
  own.holding = Math.max(0, own.holding - 1);
}

/** Stops the timer when no claim is held; the next claim starts it again. */
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
  // A lost beat needs no retry: the next beat follows, and the database decides in any case.
  askRedis((redis) => redis.set(key, '1', { px: aliveMs })).catch(() => undefined);
}

/** Whether an owner's process is known to be dead; false when Redis does not answer. */
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
