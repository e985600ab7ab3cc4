import type { Command, Reply, Wire } from '#lib/platform/redis/transports/requester.ts';

/**
 * After this many commands all data is deleted. ioredis-mock never frees expired keys, and all users of
 * Redis here must survive a loss of data anyway.
 */
const commandsUntilForgotten = 200_000;

/**
 * Does for ioredis-mock what Redis itself does for scripts: converts number arguments to text, and replies
 * to tables in which missing values are false.
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
 * A Redis in this process, for development and demonstrations on a machine without one. It supports all
 * that orders need, including scripts. It is not as strict: for example, it doesn't check types.
 */
export function openMemory(): { wire: Wire; close(): Promise<void> } {
  // Loaded only here, because it includes a Lua interpreter that no other transport needs.
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
    // Each command runs synchronously when called, so no other command runs in between.
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

/** Commands in lower case and SET's options ("NX", "PX") in upper case: the mock knows no other spelling. */
function asMockTakes([name = '', ...args]: Command): Command {
  const command = name.toLowerCase();
  if (command !== 'set') return [command, ...args];
  return [command, ...args.slice(0, 2), ...args.slice(2).map((option) => option.toUpperCase())];
}

/** Converts Lua values as Redis does: nil and false to null, true to 1, and numbers truncated. */
function asRedisGives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRedisGives);
  if (value === undefined || value === false) return null;
  if (value === true) return 1;
  return typeof value === 'number' ? Math.trunc(value) : value;
}

/** Redis's errors begin with a code. Most of the mock's don't. */
function asRedisError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z]{2,} /.test(message) ? message : `ERR ${message}`;
}
