import { afterAll, beforeEach, expect, test } from 'vitest';
import { addJob } from '#lib/jobs/add-job.ts';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { byJob } from '#lib/orders/actor.ts';
import { db } from '#lib/platform/database/db.ts';
import { startTracing, stopTracing } from '#lib/platform/tracing/start-tracing.ts';
import { inTrace } from '#lib/platform/tracing/tracing.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { startCollector } from '#tests/support/services/collector.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { spanOf } from '#tests/tracing/traced-shop.ts';

/** Jobs of a shop that begins no traces, so all spans are of traces that were begun elsewhere. */

const smtp = await startSmtp();
const collector = await startCollector();
await openTestShop({
  env: {
    SMTP_URL: smtp.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: '0',
    // The worker would begin one.
    RECONCILE_HOURS: '0',
  },
});
await startTracing();
afterAll(async () => {
  closeMailer();
  await stopTracing();
  await Promise.all([smtp.close(), collector.close()]);
});

const sku = await addProduct('LAMP');
beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  collector.spans.length = 0;
});

const work = () => drainJobs({ limitMs: 30_000 });

test('a job continues the trace of what enqueued it, and others begin none', async () => {
  const traceId = await inTrace('test', { always: true }, async (span) => {
    await addJob(db(), 'expire_holds', {}, { key: 'of-a-trace' });
    await addJob(db(), 'forget_old', {});
    return span?.spanContext().traceId;
  });
  await addJob(db(), 'remind_disputes', {});
  await work();
  await spanOf(collector, ({ name }) => name === 'job forget_old');
  const spans = collector.spans.map((span) => `${span.name} ${span.traceId === traceId}`);
  expect(spans.toSorted()).toEqual(['job expire_holds true', 'job forget_old true', 'test true']);
});

test('a refused email is a failed span without the words of the mail server', async () => {
  const order = await placeOrder(sku);
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  smtp.refusal = { at: 'RCPT TO', code: 550, text: '5.1.1 ada@example.com is unknown' };
  await inTrace('test', { always: true }, () => announceLater(order));
  await work();
  const email = await spanOf(collector, ({ name }) => name === 'email');
  expect(email).toMatchObject({
    status: { code: 2 },
    attributes: { 'error.type': 'Error EENVELOPE', 'once.order.id': order.orderId },
  });
  expect(collector.bodies.join('\n')).not.toContain('ada@');
  expect(await db().mail.count({ where: { status: 'refused' } })).toBe(1);
});

test('a reconciliation is always a trace', async () => {
  const run = await reconcile({
    actor: byJob('reconcile'),
    repairs: false,
    untilMs: performance.now() + 60_000,
    settlingMs: 0,
  });
  expect(run).toMatchObject({ step: 'done' });
  const span = await spanOf(collector, ({ name }) => name === 'reconciliation');
  expect(span.parentSpanId ?? '').toBe('');
});
