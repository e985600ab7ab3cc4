import type { Span } from '@opentelemetry/api';
import { inSpan, markFailed } from '#lib/platform/tracing/tracing.ts';
import type { Trail } from '#lib/submissions/trail.ts';

/** Answers a submission that is traced in a span of its own. */
export function inSubmissionSpan<T>(trail: Trail, answer: () => Promise<T>): Promise<T> {
  return inSpan('submission', {}, (span) => {
    trail.span = span;
    return answer();
  });
}

/** Writes on the span what the record has. */
export function describeSubmission(
  span: Span,
  { layer, made = false, orderId, submitted }: Trail,
  { requestId, outcome, status }: { requestId: string; outcome: string; status: number },
): void {
  const payment = submitted && 'attempt' in submitted ? submitted : undefined;
  const order = orderId ?? payment?.orderId;
  span.setAttributes({
    'once.request.id': requestId,
    'once.submission.layer': layer,
    'once.submission.outcome': outcome,
    'once.submission.made': made,
    ...(order === undefined ? {} : { 'once.order.id': order }),
    ...(payment && { 'once.payment.attempt': payment.attempt }),
  });
  if (status >= 500) markFailed(span);
}
