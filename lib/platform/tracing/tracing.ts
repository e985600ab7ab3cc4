import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import { processWide } from '#lib/platform/process-wide.ts';
import { writeTraceparent } from '#lib/platform/tracing/traceparent.ts';

/**
 * Spans of the shop's work (docs/decisions/0037). This file loads nothing of OpenTelemetry: start-tracing.ts does
 * that where a collector is configured. Without one, and for work that is not sampled, `activeSpan` is undefined
 * and no span is made.
 *
 * Attributes hold no personal data: the shop's own words, counts and ids of orders, never what a person typed.
 */

export interface NewSpan {
  attributes?: Attributes;
  /** Spans of other traces that led to this one. */
  links?: readonly SpanContext[];
  kind?: 'internal' | 'server' | 'client' | 'consumer';
}

export interface Identified extends NewSpan {
  parent?: SpanContext | undefined;
  /** The ids of a span that another program has already told others about. Excludes `parent`. */
  identity?: SpanContext;
  /** Milliseconds since 1970, when it began before this call. */
  startTime?: number;
}

export interface Tracing {
  /** The part of all new traces that is recorded. */
  ratio: number;
  /** The span of the work that is being done. */
  active: AsyncLocalStorage<Span | undefined>;
  begin(name: string, options: Identified): Span;
  /** Sends what is left. Resolves in time, whatever the collector does. */
  end(): Promise<void>;
}

const state = processWide('tracing', (): { started?: Tracing } => ({}));

/** Undefined while traces are off. */
export const tracing = (): Tracing | undefined => state.started;

export function setTracing(started: Tracing | undefined): void {
  state.started = started;
}

export const newActive = (): Tracing['active'] => new AsyncLocalStorage();

/** The span of the work that is being done, if that is traced. */
export const activeSpan = (): Span | undefined => state.started?.active.getStore();

/** Names the active span to other processes. */
export function activeTraceparent(): string | undefined {
  const span = activeSpan();
  return span && writeTraceparent(span.spanContext());
}

/** Does `work` in a span below the active one. Without an active one there is no span. */
export function inSpan<T>(name: string, options: NewSpan, work: (span?: Span) => Promise<T>): Promise<T> {
  const on = tracing();
  const above = on?.active.getStore();
  return on && above ? runIn(on, name, { ...options, parent: above.spanContext() }, work) : work();
}

interface NewTrace extends NewSpan {
  /** A span of another process, whose trace the work continues. */
  parent?: SpanContext | undefined;
  /** Whether a new trace is recorded in any case: the ratio is for work that comes in masses. */
  always?: boolean;
}

/** Does `work` in a span that continues the trace of `parent` or the active one, or begins a trace. */
export function inTrace<T>(
  name: string,
  { always = false, parent, ...options }: NewTrace,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  const on = tracing();
  if (!on) return work();
  const above = parent ?? on.active.getStore()?.spanContext();
  if (above || always || isSampled(on)) return runIn(on, name, { ...options, parent: above }, work);
  return on.active.run(undefined, work);
}

/** Does `work` outside of the trace of whatever called it. */
export function outsideOfTraces<T>(work: () => T): T {
  const on = tracing();
  return on ? on.active.run(undefined, work) : work();
}

/** Drawn, and not derived from a trace id: a client could choose ids that are always recorded. */
export const isSampled = ({ ratio }: Pick<Tracing, 'ratio'>): boolean => Math.random() < ratio;

/** `work` in the trace in which this is called, whichever request happens to call it later. */
export function keepTrace(work: () => void): () => void {
  return state.started ? AsyncLocalStorage.bind(work) : work;
}

async function runIn<T>(
  on: Tracing,
  name: string,
  options: Identified,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  const span = on.begin(name, options);
  try {
    return await on.active.run(span, work, span);
  } catch (error) {
    noteFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** SpanStatusCode.ERROR, without loading the API for it. */
const failed = 2;

/** Only the error's name and code: a message may quote what a person wrote. */
function noteFailure(span: Span, error: unknown): void {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const words = [name, code].filter((word) => typeof word === 'string' && /^[\w.-]{1,80}$/.test(word));
  span.setAttribute('error.type', words.join(' ') || 'error');
  span.setStatus({ code: failed });
}

/** For an answer that tells of a failure. */
export function markFailed(span: Span): void {
  span.setStatus({ code: failed });
}
