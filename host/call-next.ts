import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { within } from '#lib/platform/deadline.ts';
import { internalKey, internalKeyHeader } from '#lib/platform/http/internal-call.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const timeoutMs = 5_000;

/** Calls a route handler of this process through Next, without a connection. Throws unless it answers 204. */
export async function callNext(handle: Handler, url: string): Promise<void> {
  const socket = nowhere();
  const request = new IncomingMessage(socket);
  // Node closes the connection of a request that ends before it is complete.
  Object.assign(request, { method: 'POST', url, complete: true });
  request.headers = { host: 'localhost', [internalKeyHeader]: internalKey() };
  // There is no body.
  request.push(null);
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  await within(timeoutMs, handle(request, response), () => new Error(`${url} was not answered in time`));
  // A response that was never written has the status 200.
  if (response.statusCode !== 204) throw new Error(`${url} was answered ${response.statusCode}`);
}

/** A connection that discards what is written to it. */
function nowhere(): Socket {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  return stream as Socket;
}
