import type { Traced } from '#lib/jobs/jobs.ts';
import { activeTraceparent } from '#lib/platform/tracing/tracing.ts';

/** The payload of a job that continues its own trace, or that of the work that enqueues it. */
export function withTrace<Payload extends object>(payload: Payload & Traced): Payload & Traced {
  const traceparent = payload.traceparent ?? activeTraceparent();
  return traceparent === undefined ? payload : { ...payload, traceparent };
}
