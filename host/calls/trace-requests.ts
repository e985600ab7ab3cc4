import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span, SpanContext } from '@opentelemetry/api';
import { isOrder } from '#host/calls/node-listener.ts';
import { env } from '#lib/platform/env.ts';
import { comesFromProxy } from '#lib/platform/http/client-address.ts';
import { readTraceparent } from '#lib/platform/tracing/traceparent.ts';
import { isSampled, markFailed, type Tracing, tracing } from '#lib/platform/tracing/tracing.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Puts some of the requests in a span each. Returns `listen` itself while traces are off.
 *
 * A trusted proxy names the trace. Whether it is recorded is decided here, and no header changes that: a client
 * could have all its requests recorded. A client's own `traceparent` is ignored.
 */
export function traceRequests(listen: Listener): Listener {
  const on = tracing();
  if (!on) return listen;
  return (request, response) => {
    // Requests of one connection follow each other, so the span of an earlier one may still be the active one.
    const span = isSampled(on) ? beginRequest(on, request, response) : undefined;
    on.active.run(span, listen, request, response);
  };
}

function beginRequest(on: Tracing, request: IncomingMessage, response: ServerResponse): Span {
  const edge = beginEdge(on, request);
  const span = on.begin(nameOf(request), {
    kind: 'server',
    parent: edge.span?.spanContext() ?? edge.named,
    attributes: { 'http.request.method': request.method ?? '', 'url.path': pathOf(request) },
  });
  // As `timeAnswer` does: Node warns of the eleventh listener.
  response.setMaxListeners(response.getMaxListeners() + 1);
  response.once('close', () => {
    const { statusCode, writableFinished } = response;
    if (writableFinished) span.setAttribute('http.response.status_code', statusCode);
    else span.setAttribute('error.type', 'aborted');
    if (!writableFinished || statusCode >= 500) markFailed(span);
    span.end();
    edge.span?.end();
  });
  return span;
}

/** `<milliseconds since 1970> <seconds that the edge has had the request for>`, both with three decimals at most. */
const edgeTimeHeader = 'x-edge-time';

/**
 * The edge exports nothing. It sends when a request arrived there, and the host writes its span: the wait for the
 * body and for its turn are in it. Another proxy may export a span of its own, which is then the parent.
 */
function beginEdge(on: Tracing, { headers, socket }: IncomingMessage): { span?: Span; named?: SpanContext } {
  const named = readTraceparent(headers.traceparent);
  if (!named || !comesFromProxy(socket, env().TRUSTED_PROXIES)) return {};
  const startTime = edgeTimeOf(headers[edgeTimeHeader]);
  if (startTime === undefined) return { named };
  return { span: on.begin('edge', { kind: 'server', identity: named, startTime }) };
}

function edgeTimeOf(header: string | string[] | undefined): number | undefined {
  const [, sentAt, had] = /^(\d{1,12}\.\d{3}) (\d{1,6}\.\d{3})$/.exec(String(header ?? '')) ?? [];
  return sentAt === undefined ? undefined : (Number(sentAt) - Number(had)) * 1_000;
}

/** Few different names, so that traces can be grouped by them. */
function nameOf(request: IncomingMessage): string {
  const { method = '', url = '' } = request;
  if (isOrder(request)) return 'POST /api/orders';
  return `${method} ${url.startsWith('/api/') ? 'call' : 'page'}`;
}

/** Without the query, which may hold a search or the key of an order's link. A submission's path holds its token. */
function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/^\/api\/submissions\/.*/, '/api/submissions/-');
}
