import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis, ReplyError } from 'ioredis';
import { makeScriptTranslator } from '#lib/platform/redis/transports/script-dialect.ts';

/**
 * Upstash's REST API in front of an ordinary redis-server, as far as @upstash/redis uses it. A POST carries
 * one command, a pipeline or a transaction as JSON. Answers are in base64 on request.
 */

export interface UpstashRest {
  url: string;
  token: string;
  /** HTTP requests with the right token, since the start. */
  requests(): number;
  /** Executes the next request and closes its connection instead of answering. */
  loseNextReply(): void;
  close(): Promise<void>;
}

export async function startUpstashRest(redisUrl: string): Promise<UpstashRest> {
  const token = 'a-token-for-tests';
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: true });
  redis.on('error', () => {});
  // Upstash's servers accept the flag at the start of its rate limiter's scripts.
  const translate = makeScriptTranslator();
  const readCommand = (command: unknown[]) => translate(command.map(String)) as [string, ...string[]];
  let requests = 0;
  let loseReply = false;

  async function answer(
    path: string,
    body: unknown[],
    encode: Encode,
  ): Promise<[status: number, body: unknown]> {
    if (path === '/') {
      const reply = await replyTo(redis.callBuffer(...readCommand(body)), encode);
      return [reply.error ? 400 : 200, reply];
    }
    const commands = (body as unknown[][]).map(readCommand);
    if (path === '/pipeline') {
      return [
        200,
        await Promise.all(commands.map((command) => replyTo(redis.callBuffer(...command), encode))),
      ];
    }
    if (path !== '/multi-exec') return [400, { error: `ERR unknown path ${path}` }];
    try {
      const results = await redis.multi(commands.map((command) => ['callBuffer', ...command])).exec();
      return [
        200,
        results?.map(([error, value]) => (error ? { error: error.message } : { result: encode(value) })),
      ];
    } catch (error) {
      return [400, { error: (error as Error).message }];
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.headers.authorization !== `Bearer ${token}`) {
      send(response, 401, { error: 'WRONGPASS invalid or missing auth token' });
      return;
    }
    requests += 1;
    const encode = request.headers['upstash-encoding'] === 'base64' ? encodeBase64 : encodeText;
    const [status, body] = await answer(
      request.url ?? '/',
      JSON.parse(Buffer.concat(chunks).toString()),
      encode,
    );
    if (loseReply) {
      loseReply = false;
      response.destroy();
      return;
    }
    send(response, status, body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => send(response, 502, { error: error.message }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: () => requests,
    loseNextReply: () => {
      loseReply = true;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      redis.disconnect();
    },
  };
}

type Encode = (value: unknown) => unknown;

async function replyTo(
  sent: Promise<unknown>,
  encode: Encode,
): Promise<{ result?: unknown; error?: string }> {
  try {
    const value = await sent;
    // Upstash sends the status reply "OK" as plain text in either encoding.
    return { result: String(value) === 'OK' ? 'OK' : encode(value) };
  } catch (error) {
    if (error instanceof ReplyError) return { error: (error as Error).message };
    throw error;
  }
}

const encodeWith =
  (encoding: 'base64' | 'utf8'): Encode =>
  (value) => {
    if (Array.isArray(value)) return value.map(encodeWith(encoding));
    if (Buffer.isBuffer(value)) return value.toString(encoding);
    return typeof value === 'string' ? Buffer.from(value).toString(encoding) : value;
  };
const encodeBase64 = encodeWith('base64');
const encodeText = encodeWith('utf8');

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
