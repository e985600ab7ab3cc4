import { Redis, type Requester, type UpstashResponse } from '@upstash/redis';
import { makeScriptTranslator } from '#lib/platform/redis/script-dialect.ts';

export type Command = string[];
export type Reply = UpstashResponse<unknown>;

/** What a transport that isn't HTTP has to know: how to send one command, and a transaction. */
export interface Wire {
  /** Resolves with the result or Redis's refusal; rejects when there is no reply. */
  send(command: Command): Promise<Reply>;
  /** MULTI … EXEC. A transaction that is refused as a whole resolves with one refusal. */
  sendTransaction(commands: Command[]): Promise<Reply[] | Reply>;
  /** Lua to run before every script. */
  scriptPrelude?: string;
}

/** @upstash/redis over a wire of our own. Results are as Redis gave them: see `makeRestRedis`. */
export function redisOver(wire: Wire): Redis {
  const translate = makeScriptTranslator(wire.scriptPrelude);
  const readCommand = (command: unknown): Command => translate((command as unknown[]).map(String));
  const requester = {
    async request({ path, body }: { path?: string[]; body?: unknown }): Promise<unknown> {
      switch (path?.[0]) {
        case undefined:
          return wire.send(readCommand(body));
        case 'pipeline':
          // Sent in order on one connection without waiting, which is what a pipeline is.
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

/** The client's constructor takes options with a URL only; over a requester they are set here. */
class PlainRedis extends Redis {
  constructor(requester: Requester) {
    super(requester);
    this.opts = { automaticDeserialization: false };
  }
}
