import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** A request of a browser. */
export interface BrowserRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** An answer. `body` is as it was transferred, usually compressed. Status 0: there was no answer. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Milliseconds until its last byte. */
  ms: number;
}

const answerLimitMs = 30_000;

/**
 * One kept-alive connection with one request in flight. Unlike `load/connection.ts` it keeps the answer,
 * which a shopper needs for the next request. It costs more CPU, which is little beside that of a page.
 */
export class Lane {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Never throws and never sends a request twice. */
  send({ method, url, headers, body }: BrowserRequest): Promise<Reply> {
    const began = performance.now();
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve) => {
      const lost = () =>
        resolve({ status: 0, headers: {}, body: Buffer.alloc(0), ms: performance.now() - began });
      const options = { agent: this.#agent, method, headers: { ...headers, ...length } };
      const request = httpRequest(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', lost);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(parts), ms: performance.now() - began });
        });
      });
      request.setTimeout(answerLimitMs, () => request.destroy());
      request.on('error', lost);
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Does something for each item, one item at a time on each of several lanes. */
export async function withLanes<Item>(
  items: Item[],
  lanes: number,
  act: (item: Item, lane: Lane) => Promise<void>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    const lane = new Lane();
    for (let index = next++; index < items.length; index = next++) await act(items[index] as Item, lane);
    lane.close();
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, work));
}
