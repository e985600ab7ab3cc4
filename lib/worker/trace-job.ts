import type { Traced } from '#lib/jobs/jobs.ts';
import { readTraceparent } from '#lib/platform/tracing/traceparent.ts';
import { inTrace } from '#lib/platform/tracing/tracing.ts';

interface Job {
  id: string;
  task_identifier: string;
  attempts: number;
}

/**
 * Runs a job in the trace of what has enqueued it. A job that names none, such as a periodic one, begins a trace.
 * The job for the orders of a batch continues the batch's trace and links to the traces of the orders.
 */
export function traceJob<T>(
  payload: unknown,
  { id, task_identifier: task, attempts }: Job,
  work: () => Promise<T>,
): Promise<T> {
  const { traceparent, events = [] } = (payload ?? {}) as Traced & { events?: Traced[] };
  return inTrace(
    `job ${task}`,
    {
      kind: 'consumer',
      parent: readTraceparent(traceparent),
      links: events.flatMap((event) => readTraceparent(event.traceparent) ?? []),
      attributes: { 'once.job.id': id, 'once.job.attempt': attempts },
    },
    work,
  );
}
