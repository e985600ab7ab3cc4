import { hostname } from 'node:os';
import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { within } from '#lib/platform/deadline.ts';
import { counter } from '#lib/platform/metrics.ts';
import { warnSeldom } from '#lib/platform/scrape/warn-seldom.ts';
import { type Identified, newActive, type Tracing } from '#lib/platform/tracing/tracing.ts';

/**
 * The only file that uses OpenTelemetry's SDK. Its provider is not registered with OpenTelemetry's API: Next would
 * find it there and add its own spans to each page.
 */

/** About 4 MB. A collector that is away for longer than these spans take to arise loses the further ones. */
const maxWaiting = 2_048;
/** The thread that answers writes them: so many take a millisecond or two. */
const maxInExport = 256;
const exportEveryMs = 2_000;

/** Repeats included. One export is under way at a time, and further spans wait. */
const exportLimitMs = 10_000;

/** How long a process that stops waits for the collector. */
const stopLimitMs = 2_000;

/** An order may be in no batch larger than this, and a batch links to each of its submissions. */
const maxLinks = 128;

/** The longest attribute is a path. */
const maxAttributeLength = 256;

const dropped = counter({
  name: 'once_spans_dropped_total',
  help: 'Spans of traces that the collector did not get: too many waited (queue_full), or it did not take them (not_exported)',
  labelNames: ['reason'],
});

interface Options {
  endpoint: string;
  headers: Record<string, string>;
  service: string;
  ratio: number;
}

export function openTelemetry({ endpoint, headers, service, ratio }: Options): Tracing {
  for (const reason of ['queue_full', 'not_exported']) dropped.inc({ reason }, 0);
  const ids = new Ids();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers,
    timeoutMillis: exportLimitMs,
    // A process that stops sends all that waits together.
    concurrencyLimit: maxWaiting / maxInExport + 1,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.instance.id': `${hostname()}:${process.pid}`,
    }),
    // Whether a trace is recorded is decided before its first span: see isSampled.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanLimits: { linkCountLimit: maxLinks, attributeValueLengthLimit: maxAttributeLength },
    spanProcessors: [boundedProcessor(exporter)],
  });
  const tracer = provider.getTracer('once');

  function begin(name: string, { parent, identity, kind, links = [], ...options }: Identified): Span {
    ids.next = identity;
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const spanOptions = {
      ...options,
      kind: kinds[kind ?? 'internal'],
      links: links.map((linked) => ({ context: linked })),
    };
    return tracer.startSpan(name, spanOptions, context);
  }

  return {
    ratio,
    active: newActive(),
    begin,
    // What is not sent by then is lost. The caller exits, whatever is still open.
    end: () => within(stopLimitMs, provider.shutdown()).catch(() => undefined),
  };
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

/** Random ids, except for a span that already has its own. */
class Ids implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  /** The ids of the next span. */
  next: SpanContext | undefined;

  generateTraceId(): string {
    return this.next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.next?.spanId ?? this.#random.generateSpanId();
  }
}

/** Counts what the batches of the SDK would drop without a word. */
function boundedProcessor(exporter: SpanExporter): SpanProcessor {
  let waiting = 0;

  function send(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    waiting -= spans.length;
    exporter.export(spans, (result) => {
      if (result.error) {
        dropped.inc({ reason: 'not_exported' }, spans.length);
        warnSeldom('traces', result.error, 'traces do not reach the collector and are dropped');
      }
      done(result);
    });
  }

  const batches = new BatchSpanProcessor({
    exporter: { export: send, shutdown: () => exporter.shutdown() },
    maxQueueSize: maxWaiting,
    maxExportBatchSize: maxInExport,
    scheduledDelayMillis: exportEveryMs,
    exportTimeoutMillis: exportLimitMs,
  });
  return {
    onStart: () => undefined,
    onEnd(span) {
      if (waiting === maxWaiting) return dropped.inc({ reason: 'queue_full' });
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
