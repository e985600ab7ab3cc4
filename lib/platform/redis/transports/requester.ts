import { Redis, type Requester, type UpstashResponse } from '@upstash/redis';
import { makeScriptTranslator } from '#lib/platform/redis/transports/script-dialect.ts';

export type Command = string[];
export type Reply = UpstashResponse<unknown>;

/** What a transport other than HTTP implements: sending one command, and a transaction. */
export interface Wire {
  /** Resolves with the result or with Redis's error. Rejects if there is no reply. */
  send(command: Command): Promise<Reply>;
  /** MULTI … EXEC. If the whole transaction is refused, resolves with one error. */
  sendTransaction(commands: Command[]): Promise<Reply[] | Reply>;
  /** Lua to run before every script. */
  scriptPrelude?: string;
}

/**
 * @upstash/redis over one of the shop's own transports. Results are returned as stored: see
 * `makeRestRedis`.
 */
export function redisOver(wire: Wire): Redis {
  const translate = makeScriptTranslator(wire.scriptPrelude);
  const readCommand = (command: unknown): Command => translate((command as unknown[]).map(String));
  const requester = {
    async request({ path, body }: { path?: string[]; body?: unknown }): Promise<unknown> {
      switch (path?.[0]) {
        case undefined:
          return wire.send(readCommand(body));
        case 'pipeline':
          // A pipeline: sent in order on one connection without waiting.
          return Promise.all((body as unknown[]).map((command) => wire.send(readCommand(command))));
        case 'multi-exec':
          return wire.sendTransaction((body as unknown[]).map(readCommand));
        default:
          return { error: `ERR '${path?.join('/')}' works over Upstash's REST only` };
      }
    },
  };
  return new PlainRedis(requester as Requester);
}

/** The client's constructor takes options only with a URL. With a requester they are set here. */
class PlainRedis extends Redis {
  constructor(requester: Requester) {
    super(requester);
    this.opts = { automaticDeserialization: false };
  }
}
