import { afterAll, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { address, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { type ReceivedSpan, startCollector } from '#tests/support/services/collector.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { spanOf, startTraced, stopped } from '#tests/tracing/traced-shop.ts';

/** One trace from the request to the email, through the thread of the order writer and the worker. */

const smtp = await startSmtp();
const collector = await startCollector();
const traced = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
  OTEL_TRACES_SAMPLER_ARG: '1',
  TRUSTED_PROXIES: '127.0.0.1',
};
await openPayingShop({ SMTP_URL: smtp.url, PUBLIC_URL: 'http://127.0.0.1' });
const all = await startTraced(traced);
const none = await startTraced({ ...traced, OTEL_TRACES_SAMPLER_ARG: '0' });
afterAll(async () => {
  await smtp.close();
  await collector.close();
});

const shopperAt = async ({ call }: typeof all, sku: string) => shopperWith(call, await addProduct(sku));
const isOfOrder = (id: string) => (span: ReceivedSpan) => span.attributes['once.order.id'] === id;
const named = (name: string) => (span: ReceivedSpan) => span.name === name;

/** The spans of a trace by their names. */
function trace(traceId: string): Map<string, ReceivedSpan> {
  return new Map(collector.spans.filter((span) => span.traceId === traceId).map((span) => [span.name, span]));
}

async function submissionOf(shopper: Shopper) {
  await expect.poll(() => db().submission.count({ where: { userId: shopper.userId } })).toBeGreaterThan(0);
  return db().submission.findFirstOrThrow({ where: { userId: shopper.userId }, orderBy: { at: 'asc' } });
}

test('an invoice order is one trace from the request to the email, and its batch and it link to each other', async () => {
  startWorker({ ...traced, SMTP_URL: smtp.url });
  const shopper = await shopperAt(all, 'TRACE-INVOICE');
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  const { id } = await orderOf(shopper);
  const email = await spanOf(collector, (span) => span.name === 'email' && isOfOrder(id)(span));
  await spanOf(collector, (span) => span.name === 'job announce' && span.links[0]?.traceId === email.traceId);
  const spans = trace(email.traceId);
  const above = (name: string) =>
    [...spans.values()].find(({ spanId }) => spanId === spans.get(name)?.parentSpanId)?.name;
  expect(['submission', 'order writer', 'job send_mail', 'email'].map((name) => [name, above(name)])).toEqual(
    [
      ['submission', 'POST /api/orders'],
      ['order writer', 'submission'],
      ['job send_mail', 'order writer'],
      ['email', 'job send_mail'],
    ],
  );
  expect(spans.get('submission')?.attributes).toMatchObject({
    'once.order.id': id,
    'once.submission.layer': 'order_writer',
    'once.submission.outcome': 'accepted',
    'once.submission.made': true,
  });
  const writer = spans.get('order writer');
  const batch = await spanOf(collector, ({ spanId }) => spanId === writer?.links[0]?.spanId);
  expect(batch).toMatchObject({
    name: 'order batch',
    links: [{ traceId: email.traceId, spanId: writer?.spanId }],
    attributes: { 'once.batch.size': 1 },
  });
  expect(batch.traceId).not.toBe(email.traceId);
  expect(trace(batch.traceId).get('job announce')).toMatchObject({
    parentSpanId: batch.spanId,
    links: [{ spanId: writer?.spanId }],
  });
  expect(collector.headers.authorization).toBe('Bearer abc');
});

test('a card order has its call of the payment provider and its email in the same trace', async () => {
  startWorker({ ...traced, SMTP_URL: smtp.url });
  const shopper = await shopperAt(all, 'TRACE-CARD');
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  const { id } = await orderOf(shopper);
  const { traceId } = await spanOf(collector, (span) => span.name === 'email' && isOfOrder(id)(span));
  await expect
    .poll(() => [...trace(traceId).keys()])
    .toEqual(
      expect.arrayContaining([
        'POST /api/orders',
        'provider charge',
        'job announce',
        'job send_mail',
        'email',
      ]),
    );
  expect(trace(traceId).get('provider charge')?.attributes).toMatchObject({
    'once.provider.result': 'answered',
  });
});

test('a further attempt to pay is a trace with its call of the provider', async () => {
  const shopper = await shopperAt(all, 'TRACE-ATTEMPT');
  expect((await shopper.order(await cardBody(shopper, declinedCard))).status).toBe(402);
  const { id } = await orderOf(shopper);
  await shopper.send('POST', `/api/orders/${id}/payments`, {
    attempt: 2,
    method: 'card',
    token: 'pm_card_visa',
  });
  const isAttempt = (span: ReceivedSpan) =>
    isOfOrder(id)(span) && span.attributes['once.payment.attempt'] === 2;
  const { traceId } = await spanOf(collector, isAttempt);
  expect([...trace(traceId).keys()]).toEqual(
    expect.arrayContaining(['POST call', 'submission', 'provider charge']),
  );
});

test('the record of a submission and its line in the log have the id of its trace', async () => {
  const shopper = await shopperAt(all, 'TRACE-RECORD');
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  const { id } = await orderOf(shopper);
  const { traceId } = await submissionOf(shopper);
  const isSubmission = (span: ReceivedSpan) => named('submission')(span) && isOfOrder(id)(span);
  expect((await spanOf(collector, isSubmission)).traceId).toBe(traceId);
  await expect.poll(() => lineOf(all.log(), id)).toMatchObject({ traceId });
});

function lineOf(log: string, orderId: string): Record<string, unknown> | undefined {
  const lines = log.split('\n').filter((line) => line.includes(orderId) && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'submission answered');
}

test('what is not sampled leaves no span, no id in its record and no trace in its jobs, whatever a client says', async () => {
  const shopper = await shopperAt(none, 'TRACE-NONE');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const answer = await shopper.order(await shopper.body(), { traceparent });
  expect(answer.status).toBe(201);
  const { id } = await orderOf(shopper);
  expect(await submissionOf(shopper)).toMatchObject({ orderId: id, traceId: null });
  const jobs = await db().$queryRaw<{ payload: string }[]>`
    SELECT payload::text FROM graphile_worker._private_jobs WHERE payload::text LIKE ${`%${id}%`}`;
  expect(jobs.every(({ payload }) => !payload.includes('traceparent'))).toBe(true);
  // A process sends its last spans before it ends.
  expect((await stopped(none.child)).code).toBe(0);
  expect(collector.spans.filter(({ traceId }) => traceparent.includes(traceId))).toEqual([]);
  expect(collector.spans.filter(isOfOrder(id))).toEqual([]);
});

test('no span holds anything of what shoppers typed, or a token', async () => {
  const shopper = await shopperAt(all, 'TRACE-PRIVATE');
  const body = await cardBody(shopper, declinedCard);
  expect((await shopper.order(body)).status).toBe(402);
  await shopper.request(`/api/submissions/${body.submitToken}`);
  await shopper.request('/api/products?query=a-private-search');
  const { id } = await orderOf(shopper);
  await spanOf(collector, (span) => named('submission')(span) && isOfOrder(id)(span));
  await spanOf(collector, ({ attributes }) => attributes['url.path'] === '/api/submissions/-');
  const sent = collector.bodies.join('\n');
  const { name, line1, city, postalCode } = address;
  const cookie = shopper.cookie.split('=')[1] ?? '';
  const typed = [name, line1, city, postalCode, String(body.email), 'example.com', 'a-private-search'];
  const secret = [body.submitToken, cookie, declinedCard, 'Bearer'];
  expect([...typed, ...secret].filter((text) => sent.includes(text))).toEqual([]);
});
