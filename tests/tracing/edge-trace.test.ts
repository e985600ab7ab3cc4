import { afterAll, expect, onTestFinished, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { type ReceivedSpan, startCollector } from '#tests/support/services/collector.ts';
import { openTestEdge } from '#tests/support/services/edge.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { spanOf, startTraced } from '#tests/tracing/traced-shop.ts';

/** Traces that begin at a real nginx. */

await openTestShop();
const collector = await startCollector();
afterAll(() => collector.close());
const traced = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  OTEL_TRACES_SAMPLER_ARG: '1',
  TRUSTED_PROXIES: '127.0.0.1',
};
const shop = await startTraced(traced);
const edge = await openTestEdge({ upstreams: [`127.0.0.1:${shop.port}`] });

/** A client's own trace, which it wants to be recorded. */
const foreign = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-edge-time': '1000.000 1.000',
};
const foreignTrace = '0af7651916cd43dd8448eb211c80319c';

const spansOf = ({ traceId }: ReceivedSpan) => collector.spans.filter((span) => span.traceId === traceId);

test('an order through nginx is one trace, whose id is in its access log, and no client chooses it', async () => {
  const shopper = await shopperWith(edge.call, await addProduct('EDGE-TRACE'));
  const answer = await shopper.order(await shopper.body(), {
    ...foreign,
    'x-request-id': 'of-the-edge-trace',
  });
  expect(answer.status).toBe(201);
  const isSubmission = ({ attributes }: ReceivedSpan) =>
    attributes['once.request.id'] === 'of-the-edge-trace';
  const submission = await spanOf(collector, isSubmission);
  const edgeSpan = await spanOf(
    collector,
    (span) => span.name === 'edge' && span.traceId === submission.traceId,
  );
  expect(edgeSpan.parentSpanId ?? '').toBe('');
  const request = spansOf(submission).find(({ name }) => name === 'POST /api/orders');
  expect(request?.parentSpanId).toBe(edgeSpan.spanId);
  expect(edgeSpan.spanId).toBe(edgeSpan.traceId.slice(0, 16));
  expect(BigInt(edgeSpan.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(request?.startTimeUnixNano ?? 0));
  const lines = await edge.logLines();
  expect(lines.find(({ requestId }) => requestId === 'of-the-edge-trace')?.trace).toBe(submission.traceId);
  const row = await db().submission.findFirstOrThrow({ where: { requestId: 'of-the-edge-trace' } });
  expect(row.traceId).toBe(submission.traceId);
});

test('the time that nginx waited for the body is in the span of the edge', async () => {
  const shopper = await shopperWith(edge.call, await addProduct('EDGE-SLOW'));
  const text = JSON.stringify(await shopper.body());
  const slow = new ReadableStream({
    async start(body) {
      body.enqueue(new TextEncoder().encode(text.slice(0, 10)));
      await new Promise((resolve) => setTimeout(resolve, 400));
      body.enqueue(new TextEncoder().encode(text.slice(10)));
      body.close();
    },
  });
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': JSON.parse(text).submitToken,
    'x-request-id': 'of-a-slow-body',
  };
  const init = { method: 'POST', headers, body: slow, duplex: 'half' } as RequestInit;
  expect((await shopper.request('/api/orders', init)).status).toBe(201);
  const { traceId } = await spanOf(
    collector,
    ({ attributes }) => attributes['once.request.id'] === 'of-a-slow-body',
  );
  const edgeSpan = await spanOf(collector, (span) => span.name === 'edge' && span.traceId === traceId);
  const request = spansOf(edgeSpan).find(({ parentSpanId }) => parentSpanId === edgeSpan.spanId);
  const waited = BigInt(request?.startTimeUnixNano ?? 0) - BigInt(edgeSpan.startTimeUnixNano);
  expect(Number(waited) / 1e6).toBeGreaterThan(300);
});

test('a client that reaches the shop without a trusted proxy names no trace', async () => {
  const direct = await startTraced({ ...traced, TRUSTED_PROXIES: '10.0.0.7' }, onTestFinished);
  const shopper = await shopperWith(direct.call, await addProduct('EDGE-DIRECT'));
  const answer = await shopper.order(await shopper.body(), { ...foreign, 'x-request-id': 'without-an-edge' });
  expect(answer.status).toBe(201);
  const submission = await spanOf(
    collector,
    ({ attributes }) => attributes['once.request.id'] === 'without-an-edge',
  );
  expect(spansOf(submission).some(({ name }) => name === 'edge')).toBe(false);
  expect(collector.spans.some(({ traceId }) => traceId === foreignTrace)).toBe(false);
});
