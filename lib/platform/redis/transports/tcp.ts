import type { Socket } from 'node:net';
import { Redis as Connection, ReplyError } from 'ioredis';
import type { Reply, Wire } from '#lib/platform/redis/transports/requester.ts';

/** Reconnects immediately, then less and less often, but at least once a second. */
const longestReconnectDelayMs = 1_000;
const connectTimeoutMs = 1_000;

/**
 * How long a connection with commands in flight may be silent before it is replaced: much longer than the
 * timeout of any call, and much shorter than the minutes that TCP takes to notice.
 */
const silenceMs = 2_000;

/** Keeps idle connections open: load balancers drop them, often after 60 s. */
const keepAliveMs = 30_000;

/** One connection to a self-hosted Redis. Commands are sent at most once and never wait in a queue. */
export function openTcp(url: string, firstConnectWaitMs: number): { wire: Wire; close(): Promise<void> } {
  const connection = new Connection(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMs,
    keepAlive: keepAliveMs,
    connectionName: 'once',
    // Without a connection a command fails immediately: by the time it could be sent, its caller would be
    // gone.
    enableOfflineQueue: false,
    // A command whose reply was lost may have run, so it fails and is not sent again.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestReconnectDelayMs),
    // After a failover the old primary keeps answering, as a replica. Reconnecting resolves the name again.
    // The first word of Redis's error message is its code.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
  // Without a listener ioredis writes every error to stderr.
  let lastError = 'the connection was lost';
  connection.on('error', (error: Error) => {
    lastError = error.message;
  });

  let firstConnect: Promise<void> | undefined;
  async function connect(): Promise<void> {
    const askedAt = performance.now();
    if (connection.status === 'wait') {
      firstConnect = connection.connect().finally(() => {
        firstConnect = undefined;
      });
    }
    await firstConnect?.catch(() => {});
    if (connection.status !== 'ready') throw new Error(`not connected: ${lastError}`);
    if (performance.now() - askedAt > firstConnectWaitMs) throw new Error('connected too late');
  }

  let corked: Socket | undefined;
  /**
   * Sends all commands of one event-loop turn in one write, because the write is the largest cost of a
   * call.
   */
  function writeTogether(): void {
    const { stream } = connection as unknown as { stream: Socket };
    if (corked === stream) return;
    corked = stream;
    stream.cork();
    setImmediate(() => {
      stream.uncork();
      if (corked === stream) corked = undefined;
    });
  }

  const wire: Wire = {
    async send(command) {
      if (connection.status !== 'ready') await connect();
      writeTogether();
      return toReply(connection.call(...(command as [string, ...string[]])));
    },
    async sendTransaction(commands) {
      if (connection.status !== 'ready') await connect();
      const reply = await toReply(connection.multi(commands.map((command) => ['call', ...command])).exec());
      if (reply.error) return reply;
      const results = reply.result as [Error | null, unknown][];
      return results.map(([error, result]) => (error ? { error: error.message } : { result }));
    },
  };
  return { wire, close: async () => connection.disconnect() };
}

/** Redis's own errors become replies. A lost connection stays an error. */
async function toReply(sent: Promise<unknown>): Promise<Reply> {
  try {
    return { result: await sent };
  } catch (error) {
    if (error instanceof ReplyError) return { error: (error as Error).message };
    throw error;
  }
}
