import type { Redis } from '@upstash/redis';

type Script = ReturnType<Redis['createScript']>;

const scriptsOf = new WeakMap<Redis, Map<string, Script>>();

/** Runs a Lua script by its hash. Sends its text once, when Redis doesn't know the hash. */
export function runScript<Result>(
  redis: Redis,
  text: string,
  keys: string[],
  args: string[],
): Promise<Result> {
  const scripts = scriptsOf.get(redis) ?? new Map<string, Script>();
  scriptsOf.set(redis, scripts);
  const script = scripts.get(text) ?? redis.createScript(text);
  scripts.set(text, script);
  return script.exec(keys, args) as Promise<Result>;
}
