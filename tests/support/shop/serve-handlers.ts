import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';

/** Serves the route handlers over a socket, for clients that need the shop's address. */
export async function serveHandlers(): Promise<{ url: string; close: () => void }> {
  // The same as in server.ts: a burst may follow a pause in which connections were idle.
  const server = createServer({ keepAliveTimeout: 65_000 }, handlersListener);
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, resolve),
  );
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
