import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { readTraceparent, writeTraceparent } from '#lib/platform/tracing/traceparent.ts';
import { inSpan } from '#lib/platform/tracing/tracing.ts';

/** Adds a submission that is traced to the order writer. Its span links to the batch: see trace-batch.ts. */
export function addInSpan(orderRequest: OrderRequest): Promise<Decision> {
  return inSpan('order writer', {}, async (span) => {
    const traceparent = span && writeTraceparent(span.spanContext());
    const decision = await orderWriter().add({ ...orderRequest, traceparent });
    const context = readTraceparent(decision.batch);
    if (context) span?.addLink({ context });
    return decision;
  });
}
