import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a collector gets it. Ids are hexadecimal. */
export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  /** 2 for a failure. */
  status: { code?: number };
}

/** A collector of traces: a real server that takes OTLP over HTTP. */
export interface Collector {
  endpoint: string;
  spans: ReceivedSpan[];
  /** What it got, as text. */
  bodies: string[];
  /** Headers of the last export. */
  headers: Record<string, unknown>;
  /** What it does with an export: takes it, never answers, or answers with this status. */
  mode: 'take' | 'hang' | number;
  /** Exports so far. */
  asked: number;
  close(): Promise<void>;
}

interface Export {
  resourceSpans: {
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes'> & { attributes?: Pair[] })[] }[];
  }[];
}

interface Pair {
  key: string;
  value: Record<string, unknown>;
}

export async function startCollector(): Promise<Collector> {
  const collector = { spans: [], bodies: [], headers: {}, mode: 'take', asked: 0 } as unknown as Collector;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    collector.asked += 1;
    collector.headers = request.headers;
    if (collector.mode === 'hang') return;
    if (collector.mode !== 'take') return void response.writeHead(collector.mode).end();
    const body = Buffer.concat(chunks).toString();
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    collector.bodies.push(body);
    collector.spans.push(...spansOf(JSON.parse(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  collector.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  collector.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return collector;
}

function spansOf({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes = [], links, ...span }) => ({
        ...span,
        links: links ?? [],
        attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
      })),
    ),
  );
}
