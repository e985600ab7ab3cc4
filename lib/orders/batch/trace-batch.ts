import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { readTraceparent, writeTraceparent } from '#lib/platform/tracing/traceparent.ts';
import { inTrace, outsideOfTraces } from '#lib/platform/tracing/tracing.ts';

type Results = PromiseSettledResult<Decision>[];

/**
 * Writes a batch with `write` while traces are on. A batch belongs to many submissions, so it has a trace of its
 * own. It links to each of its submissions that are traced, and each of them links to it. A batch without any has
 * no trace.
 */
export function writeInTrace(
  orderRequests: OrderRequest[],
  write: (orderRequests: OrderRequest[]) => Promise<Results>,
): Promise<Results> {
  const links = orderRequests.flatMap(({ traceparent }) => readTraceparent(traceparent) ?? []);
  const options = { links, always: true, attributes: { 'once.batch.size': orderRequests.length } };
  // A request that is traced may have set the queue going.
  return outsideOfTraces(() => {
    if (links.length === 0) return write(orderRequests);
    return inTrace('order batch', options, async (span) => {
      const results = await write(orderRequests);
      const batch = span && writeTraceparent(span.spanContext());
      return results.map((result, index) =>
        orderRequests[index]?.traceparent ? tell(result, batch) : result,
      );
    });
  });
}

/** Tells a submission in which batch it was. */
function tell(result: Results[number], batch: string | undefined): Results[number] {
  return result.status === 'fulfilled' && batch ? { ...result, value: { ...result.value, batch } } : result;
}
