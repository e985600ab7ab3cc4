import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { addJob } from '#lib/jobs/add-job.ts';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { byShopper } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** A worker starts in a second, or in many on a busy machine. */
const patienceMs = 40_000;

const smtp = await startSmtp();
await openTestShop({
  env: {
    SMTP_URL: smtp.url,
    MAIL_FROM: 'Once <orders@shop.test>',
    PUBLIC_URL: 'https://shop.test',
    ...metricsEnv,
  },
});
afterAll(async () => {
  closeMailer();
  await smtp.close();
});

const sku = await addProduct('LAMP', { priceMinor: 4_100 });

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  smtp.mails.length = 0;
  smtp.unknownRecipients.clear();
  smtp.refusal = undefined;
});

const work = () => drainJobs({ limitMs: 30_000 });

const statusesOf = async ({ orderId }: OrderVersion) =>
  (await db().mail.findMany({ where: { orderId }, orderBy: { version: 'asc' } })).map(
    ({ kind, status }) => `${kind} ${status}`,
  );

const cancel = (order: OrderVersion) =>
  db().$transaction((tx) =>
    changeOrder(tx, {
      ...order,
      from: 'placed',
      to: 'cancelled',
      endedBy: 'shopper',
      actor: byShopper,
      reason: 'cancelled by its owner',
    }),
  );

test('an order that was placed is confirmed by one email that a person can read', async () => {
  const order = await placeOrder(sku);
  const { number } = await db().order.findFirstOrThrow({ where: { id: order.orderId } });
  await announceLater(order);
  await work();
  expect(smtp.mails).toHaveLength(1);
  const [mail] = smtp.mails;
  expect(mail).toMatchObject({
    to: ['ada@example.com'],
    subject: `Your order ${number}`,
    messageId: `<${order.orderId}.1.confirmation@shop.test>`,
  });
  expect(mail?.text).toContain('Hello Ada Lovelace,');
  expect(mail?.text).toMatch(/1 × Product LAMP +\$41\.00\n/);
  expect(mail?.text).toMatch(/Total +\$45\.99\n/);
  expect(mail?.text).toContain('12 St James’s Square');
  expect(mail?.text).toContain(`https://shop.test/orders/${order.orderId}?access=`);
  expect(await statusesOf(order)).toEqual(['confirmation sent']);
});

test('an event whose notification runs twice, in turn or at the same time, sends one email', async () => {
  const order = await placeOrder(sku);
  await announceLater(order);
  await work();
  await Promise.all([announceLater(order), announceLater(order), announceLater(order, order)]);
  await Promise.all([work(), work()]);
  expect(smtp.mails).toHaveLength(1);
});

test('a batch of orders has one notification job, and each order gets its email', async () => {
  const orders = await Promise.all(
    Array.from({ length: 20 }, (_, index) => placeOrder(sku, { email: `shopper${index}@example.com` })),
  );
  await announceLater(...orders);
  await work();
  expect(smtp.mails.map(({ to }) => to[0]).sort()).toEqual(
    orders.map((_, index) => `shopper${index}@example.com`).sort(),
  );
  expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(20);
});

test('the transaction that changes an order enqueues its notification', async () => {
  const order = await placeOrder(sku);
  await cancel(order);
  await work();
  // The confirmation was enqueued with the order, so both emails are sent.
  const cancelled = expect.stringContaining('As you asked, we have cancelled your order.');
  expect(smtp.mails.map(({ text }) => text)).toContainEqual(cancelled);
  expect(smtp.mails).toHaveLength(2);
  await expect(cancel(order)).rejects.toThrow('changed meanwhile');
  await work();
  expect(smtp.mails).toHaveLength(2);
});

test('an email that a mail server answers with "later" is retried later', async () => {
  const order = await placeOrder(sku);
  await announceLater(order);
  smtp.deferNext(1);
  expect(await work()).toMatchObject({ failed: 1, failedForGood: 0 });
  expect(await statusesOf(order)).toEqual(['confirmation queued']);
  // Skips the wait until the next retry.
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
  expect(await work()).toMatchObject({ failed: 0 });
  expect(smtp.mails).toHaveLength(1);
  expect(await statusesOf(order)).toEqual(['confirmation sent']);
});

// What broke: each was a failed job. An attacker who ordered to invented mailboxes filled the operator's list
// of failed jobs, which is never deleted.
test('a permanently refused recipient is counted, not retried, and leaves no failed job', async () => {
  smtp.unknownRecipients.add('nobody@example.com');
  const order = await placeOrder(sku, { email: 'nobody@example.com' });
  await announceLater(order);
  expect(await work()).toMatchObject({ failed: 0, failedForGood: 0 });
  expect(await statusesOf(order)).toEqual(['confirmation refused']);
  expect(await db().$queryRaw`SELECT 1 FROM graphile_worker.jobs`).toEqual([]);
  expect(await readMetrics()).toContain('once_mails_refused 1');
});

// What broke: each of these was read as an unknown mailbox, so a wrongly configured mail server lost all
// emails of the shop without notice.
test.each([
  ['RCPT TO', 554, '5.7.1 <ada@example.com>: Relay access denied'],
  ['RCPT TO', 550, '5.7.1 Service unavailable; client host is on a blocklist'],
  ['RCPT TO', 550, '5.1.8 The domain of the sender does not exist'],
  ['RCPT TO', 550, 'relay not permitted'],
  ['RCPT TO', 552, '5.2.2 Over quota'],
  ['DATA', 554, '5.7.1 Message rejected'],
  ['DATA', 550, '5.1.1 no such mailbox'],
] as const)(
  'an email that is refused at %s with %i %s is sent once the cause is fixed',
  async (at, code, text) => {
    const order = await placeOrder(sku);
    await announceLater(order);
    smtp.refusal = { at, code, text };
    expect(await work()).toMatchObject({ failed: 1, failedForGood: 0 });
    expect(await statusesOf(order)).toEqual(['confirmation queued']);
    smtp.refusal = undefined;
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
    expect(await work()).toMatchObject({ failed: 0 });
    expect(await statusesOf(order)).toEqual(['confirmation sent']);
    expect(smtp.mails).toHaveLength(1);
  },
);

test.each([
  [551, '5.1.6 the mailbox has moved'],
  [553, '5.1.3 no such name'],
])('a recipient who is refused with %i %s is not retried', async (code, text) => {
  const order = await placeOrder(sku);
  await announceLater(order);
  smtp.refusal = { at: 'RCPT TO', code, text };
  expect(await work()).toMatchObject({ failed: 0, failedForGood: 0 });
  expect(await statusesOf(order)).toEqual(['confirmation refused']);
});

test('an email to the operator stays queued if its mailbox is refused', async () => {
  smtp.unknownRecipients.add('operator@shop.test');
  const order = await placeOrder(sku);
  const kind = 'operator_refund_failed';
  const { userId, orderId, version } = order;
  await db().mail.create({
    data: {
      userId,
      orderId,
      version,
      kind,
      recipient: 'operator@shop.test',
      subject: 'A refund failed',
      body: '',
      status: 'queued',
    },
  });
  await addJob(db(), 'send_mail', { userId, orderId, version, kind });
  expect(await work()).toMatchObject({ failed: 1, failedForGood: 0 });
  smtp.unknownRecipients.clear();
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
  await work();
  expect(smtp.mails.map(({ to }) => to)).toContainEqual(['operator@shop.test']);
});

test('a mail server that is away loses no email', async () => {
  const order = await placeOrder(sku);
  await addJob(db(), 'announce', { events: [order] });
  const away = startWorker({ SMTP_URL: 'smtp://127.0.0.1:9' });
  await vi.waitFor(() => expect(away.log()).toContain('a job failed and will be retried'), patienceMs);
  away.child.kill('SIGTERM');
  expect(await away.exited).toEqual({ code: 0, signal: null });
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
  await work();
  expect(smtp.mails).toHaveLength(1);
});

test('an email whose worker is killed before the mail server answers is sent again with the same Message-ID', async () => {
  const order = await placeOrder(sku);
  const held = smtp.holdAnswers();
  await announceLater(order);
  const killed = startWorker();
  await vi.waitFor(() => expect(smtp.mails).toHaveLength(1), patienceMs);
  killed.child.kill('SIGKILL');
  await killed.exited;
  held.answer();
  // Skips the minutes after which a dead worker's jobs are free. It can't release them itself.
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '3 minutes'`;
  const next = startWorker();
  await vi.waitFor(async () => expect(await statusesOf(order)).toEqual(['confirmation sent']), patienceMs);
  next.child.kill('SIGTERM');
  await next.exited;
  // The server had accepted the first one, but the worker was dead before the answer. This is the only case
  // in which an email arrives twice. Both have the same Message-ID.
  expect(smtp.mails).toHaveLength(2);
  expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(1);
});

test('an email whose worker is killed after the notification job is sent once by the next worker', async () => {
  const order = await placeOrder(sku);
  await announceLater(order);
  const killed = startWorker({ SMTP_URL: 'smtp://127.0.0.1:9' });
  await vi.waitFor(async () => expect(await statusesOf(order)).toEqual(['confirmation queued']), patienceMs);
  killed.child.kill('SIGKILL');
  await killed.exited;
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = now(), locked_at = locked_at - interval '3 minutes'`;
  await work();
  expect(smtp.mails).toHaveLength(1);
});

test('a worker that is told to end finishes the email it is sending', async () => {
  const order = await placeOrder(sku);
  const held = smtp.holdAnswers();
  await announceLater(order);
  const worker = startWorker();
  await vi.waitFor(() => expect(smtp.mails).toHaveLength(1), patienceMs);
  worker.child.kill('SIGTERM');
  await vi.waitFor(() => expect(worker.log()).toContain('stopping'), patienceMs);
  held.answer();
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(await statusesOf(order)).toEqual(['confirmation sent']);
  expect(smtp.mails).toHaveLength(1);
});
