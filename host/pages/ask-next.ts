import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { within } from '#lib/platform/deadline.ts';
import { internalKey, internalKeyHeader } from '#lib/platform/http/internal-call.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Next's answer to a request of this process. */
export interface NextAnswer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

interface Ask {
  method: 'GET' | 'POST';
  /** The path and query. */
  url: string;
  headers: Record<string, string>;
  /** How long Next may take, in milliseconds. */
  timeoutMs: number;
}

/** Asks Next in this process, without a connection. Throws when Next does not answer in time. */
export async function askNext(
  handle: Handler,
  { method, url, headers, timeoutMs }: Ask,
): Promise<NextAnswer> {
  const request = new IncomingMessage(new Socket());
  // Node closes the connection of a request that ends before it is complete.
  Object.assign(request, { method, url, complete: true });
  request.headers = { host: 'localhost', ...headers };
  // There is no body.
  request.push(null);
  const response = new KeptResponse(request);
  await within(timeoutMs, handle(request, response), () => new Error(`${url} was not answered in time`));
  return { status: response.statusCode, headers: response.getHeaders(), body: response.body };
}

const callTimeoutMs = 5_000;

/** Calls a route handler that only this process may call. Throws unless it answers 204. */
export async function callNext(handle: Handler, url: string): Promise<void> {
  const headers = { [internalKeyHeader]: internalKey() };
  const { status } = await askNext(handle, { method: 'POST', url, headers, timeoutMs: callTimeoutMs });
  // A response that was never written has the status 200.
  if (status !== 204) throw new Error(`${url} was answered ${status}`);
}

/** A response that keeps what is written instead of sending it. */
class KeptResponse extends ServerResponse {
  readonly #parts: Buffer[] = [];

  get body(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #hasHead = false;

  override writeHead(status: number, ...rest: unknown[]): this {
    this.#hasHead = true;
    this.statusCode = status;
    for (const headers of rest) {
      if (typeof headers !== 'object' || headers === null) continue;
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value as string);
    }
    return this;
  }

  override flushHeaders(): void {}

  override write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    this.#begin();
    this.#keep(chunk, rest);
    return true;
  }

  override end(...args: unknown[]): this {
    this.#begin();
    const [chunk, ...rest] = args;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.#keep(chunk, rest);
    // Next waits for these events.
    this.emit('finish');
    this.emit('close');
    return this;
  }

  /** As Node does it with the first byte: `withPageStatus` (lib/platform/http) listens there. */
  #begin(): void {
    if (!this.#hasHead) this.writeHead(this.statusCode);
  }

  #keep(chunk: string | Uint8Array, rest: unknown[]): void {
    const [encoding] = rest;
    this.#parts.push(
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : Buffer.from(chunk),
    );
    const done = rest.find((part) => typeof part === 'function') as (() => void) | undefined;
    if (done) process.nextTick(done);
  }
}
