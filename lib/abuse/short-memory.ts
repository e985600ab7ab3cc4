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
 * Values kept for minutes or an hour: in Redis, and in this process while Redis is down. Each call touches
 * one key, so that all of them work on a cluster.
 *
 * Counts are kept in both, and the larger one decides: Redis counts for all processes, but misses what it did
 * not answer in time, and forgets everything when it is restarted.
 */

/** A key. `what` is its kind, and `of` its subject, which is also the hash tag. */
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

/** Increments a counter and returns the count. It expires `windowMs` after its first increment. */
export async function countUp(key: string, windowMs: number): Promise<number> {
  const { count } = countInProcess(key, windowMs);
  const asked = await askRedis((redis) => runScript<number>(redis, countScript, [key], [String(windowMs)]));
  return Math.max(count, asked.answered ? Number(asked.value) : 0);
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
  /** Identifies what is counted. */
  member: string;
  limit: number;
  windowMs: number;
}

/**
 * Counts each member once and returns its place, from 1 on. All places expire `windowMs` after the first
 * one. Members beyond the limit are not kept and get undefined. Atomic, so that concurrent copies of a
 * request count once.
 */
export async function countOnce(key: string, counted: Counted): Promise<number | undefined> {
  const { member, limit, windowMs } = counted;
  const here = countOnceInProcess(key, counted);
  const args = [member, String(limit), String(windowMs)];
  const asked = await askRedis((redis) => runScript<number>(redis, countOnceScript, [key], args));
  const places = asked.answered ? [here, Number(asked.value)] : [here];
  return places.includes(0) ? undefined : Math.max(...places);
}

/** Stores a value unless the key has one already. Returns the stored value. */
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

/** What Redis has counted for several keys, for a caller who sends it other commands in the same round trip. */
export async function readCounts(redis: Redis, keys: readonly string[]): Promise<number[]> {
  const values = await Promise.all(keys.map((key) => redis.get<string>(key)));
  return values.map((value) => Number(value ?? 0));
}

/** The count of a key. `inRedis` is its count there, or undefined if Redis did not answer. */
export function countFrom(inRedis: number | undefined, key: string): number {
  return Math.max(inRedis ?? 0, Number(recallInProcess(key) ?? 0));
}
