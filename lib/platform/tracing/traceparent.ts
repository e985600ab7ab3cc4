import type { SpanContext } from '@opentelemetry/api';

/**
 * The header of https://www.w3.org/TR/trace-context, which also travels in messages and payloads of jobs:
 * version, trace id, span id and flags. Within the shop only spans that are recorded have one, so its flag is 1.
 */
const format = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/** TraceFlags.SAMPLED, without loading the API for it. */
const sampled = 1;

export function readTraceparent(text: unknown): SpanContext | undefined {
  const [, traceId, spanId] = (typeof text === 'string' && format.exec(text)) || [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: sampled, isRemote: true };
}

export const writeTraceparent = ({ traceId, spanId }: SpanContext): string => `00-${traceId}-${spanId}-01`;
