import type { Redis } from '@upstash/redis';
import {
  countInProcess,
  countOnceInProcess,
  recallInProcess,
  rememberInProcess,
} from '#lib/platform/redis/in-process.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';
import { runScript } from '#lib/platform/redis/run-script.ts';

/**
 * What is remembered for minutes or an hour: in Redis, and in this process while Redis is away. Each
 * call touches one key, so that all of them work on a cluster.
 */

/** `what` and `of` name it; `of` is the hash tag. */
export const keyOf = (what: string, of: string): string => `once:${what}:{${of}}`;

const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

const rememberScript = `
local standing = redis.call('GET', KEYS[1])
if standing then return standing end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;

/** Counts one up, from the first count on for `windowMs`, and answers the count. */
export async function countUp(key: string, windowMs: number): Promise<number> {
  // Counted here as well: should Redis go away in the midst of an attack, its count is not lost.
  const { count } = countInProcess(key, windowMs);
  const asked = await askRedis((redis) => runScript<number>(redis, countScript, [key], [String(windowMs)]));
  return asked.answered ? Number(asked.value) : count;
}

const countOnceScript = `
local place = redis.call('HGET', KEYS[1], ARGV[1])
if place then return tonumber(place) end
local count = redis.call('HLEN', KEYS[1])
if count >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], count + 1)
if count == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return count + 1`;

interface Counted {
  /** Names what is counted. */
  member: string;
  limit: number;
  windowMs: number;
}

/**
 * Counts a member once, from the first one on for `windowMs`, and answers which one it is, from 1 on.
 * Members beyond the limit are not kept and get undefined. One step, so that copies of a request that
 * come at the same moment count once.
 */
export async function countOnce(key: string, counted: Counted): Promise<number | undefined> {
  const { member, limit, windowMs } = counted;
  // In this process as well, as in `countUp`.
  const here = countOnceInProcess(key, counted);
  const args = [member, String(limit), String(windowMs)];
  const asked = await askRedis((redis) => runScript<number>(redis, countOnceScript, [key], args));
  return (asked.answered ? Number(asked.value) : here) || undefined;
}

/** Keeps a value unless one stands already; answers the one that stands. */
export async function remember(key: string, value: string, keptMs: number): Promise<string> {
  const asked = await askRedis((redis) =>
    runScript<string>(redis, rememberScript, [key], [value, String(keptMs)]),
  );
  return asked.answered ? asked.value : rememberInProcess(key, value, keptMs);
}

export async function recall(key: string): Promise<string | undefined> {
  const asked = await askRedis((redis) => redis.get<string>(key));
  return asked.answered ? (asked.value ?? undefined) : recallInProcess(key);
}

/** The counts of several keys, for a caller who asks Redis for something else in the same turn. */
export async function readCounts(redis: Redis, keys: readonly string[]): Promise<number[]> {
  const values = await Promise.all(keys.map((key) => redis.get<string>(key)));
  return values.map((value) => Number(value ?? 0));
}

/** The same where Redis did not answer. */
export function readCountsInProcess(keys: readonly string[]): number[] {
  return keys.map((key) => Number(recallInProcess(key) ?? 0));
}
