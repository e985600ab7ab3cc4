import type { Redis } from '@upstash/redis';

type Script = ReturnType<Redis['createScript']>;

const scriptsOf = new WeakMap<Redis, Map<string, Script>>();

/** Runs Lua by its hash; its text goes to Redis once, when Redis says that it doesn't know it. */
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
