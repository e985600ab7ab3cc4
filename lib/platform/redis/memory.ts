import type { Command, Reply, Wire } from '#lib/platform/redis/requester.ts';

/**
 * After so many commands everything is forgotten. ioredis-mock never frees a key that has run
 * out, and forgetting is something that every user of Redis here has to survive anyway.
 */
const commandsUntilForgotten = 200_000;

/**
 * Between a script and ioredis-mock, what Redis does by itself: numbers are handed over as text,
 * and a reply is a table whose missing values are false.
 */
const scriptPrelude = `
local call = redis.call
redis.call = function(...)
  local args = table.pack(...)
  for i = 1, args.n do
    if type(args[i]) == 'number' then args[i] = string.format('%.17g', args[i]) end
  end
  local reply = call(table.unpack(args, 1, args.n))
  if type(reply) ~= 'userdata' then return reply end
  local list = {}
  for i = 1, #reply do list[i] = type(reply[i]) ~= 'userdata' and reply[i] end
  return list
end
`.replaceAll('\n', ' ');

/**
 * Redis inside this process, for a machine without one: development and demonstrations. It does
 * what orders ask of Redis, scripts included; it doesn't check types, for one, as Redis does.
 */
export function openMemory(): { wire: Wire; close(): Promise<void> } {
  // Loaded only here: it brings a Lua machine along that no other transport needs.
  const store = import('ioredis-mock').then(
    ({ default: RedisMock }) => new RedisMock({ lazyConnect: false }),
  );
  let commands = 0;

  async function run(batch: Command[]): Promise<Reply[]> {
    const redis = await store;
    commands += batch.length;
    if (commands > commandsUntilForgotten) {
      commands = 0;
      await redis.flushall?.();
    }
    // Each command runs to its end when it is called, so nothing comes in between.
    return Promise.all(
      batch.map(async (command) => {
        const [name = '', ...args] = asMockTakes(command);
        const method = redis[name];
        if (!method) return { error: `ERR unknown command '${name}'` };
        try {
          return { result: asRedisGives(await method.call(redis, ...args)) };
        } catch (error) {
          return { error: asRedisError(error) };
        }
      }),
    );
  }

  const wire: Wire = {
    send: async (command) => (await run([command]))[0] as Reply,
    sendTransaction: run,
    scriptPrelude,
  };
  return { wire, close: async () => void (await store).disconnect?.() };
}

/** Commands in small letters, SET's options ("NX", "PX") in capitals: it knows them no other way. */
function asMockTakes([name = '', ...args]: Command): Command {
  const command = name.toLowerCase();
  if (command !== 'set') return [command, ...args];
  return [command, ...args.slice(0, 2), ...args.slice(2).map((option) => option.toUpperCase())];
}

/** Lua values as Redis converts them: nil and false to null, true to 1, fractions cut off. */
function asRedisGives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRedisGives);
  if (value === undefined || value === false) return null;
  if (value === true) return 1;
  return typeof value === 'number' ? Math.trunc(value) : value;
}

/** Errors open with a code in Redis; most of the mock's don't. */
function asRedisError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z]{2,} /.test(message) ? message : `ERR ${message}`;
}
