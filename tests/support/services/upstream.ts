import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server in place of one of the shop's Node processes. It records its requests. */
export interface Upstream {
  /** `host:port`, as in the edge's configuration. */
  address: string;
  seen: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  /** How many requests had this method and path. */
  asked(method: string, path: string): number;
  /** Answers nothing until the returned function is called. */
  hold(): () => void;
  /** Refuses connections from now on. */
  stop(): Promise<void>;
  /** Listens again at the same address. */
  start(): Promise<void>;
}

export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const seen: Upstream['seen'] = [];
  let held: Promise<void> | undefined;
  // The same as in server.ts: longer than the edge keeps an idle connection.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (held) void held.then(() => listener(request, response));
    else listener(request, response);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    seen,
    asked: (method, path) =>
      seen.filter((request) => request.method === method && request.url.split('?')[0] === path).length,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    stop: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    start: () => listen(port),
  };
}
