import { afterAll, beforeEach, expect, test } from 'vitest';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { openOrderAccess } from '#lib/order-management/order-access.ts';
import { requestOrderLink } from '#lib/order-management/request-order-link.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * What broke: an order could be seen in one browser only. A link in an email, or the bank's return in another
 * browser, said that the address had a typing mistake.
 */

const smtp = await startSmtp();
await openTestShop({
  env: { SMTP_URL: smtp.url, PUBLIC_URL: 'https://shop.test', MAIL_LIMIT_PER_HOUR: '6' },
});
afterAll(async () => {
  closeMailer();
  await smtp.close();
});
const call = conforming(callHandlers);
const sku = await addProduct('LAMP');

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM order_link_quota`;
  smtp.mails.length = 0;
});

const work = () => drainJobs({ limitMs: 30_000 });

/** An order with its notification sent, by a shopper with their own email address. */
async function announcedOrder(email: string) {
  const order = await placeOrder(sku, { email });
  await work();
  smtp.mails.length = 0;
  const { number } = await db().order.findFirstOrThrow({ where: { id: order.orderId } });
  return { ...order, number, email };
}

function ask(body: unknown): Promise<Response> {
  return call('/api/order-access', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The shopper in the link of an email about this order. */
function linkedShopper(text: string | undefined, orderId: string): string | undefined {
  const [link = ''] = text?.match(/https:\/\/shop\.test\/orders\/\S+/) ?? [];
  const url = new URL(link);
  expect(url.pathname).toBe(`/orders/${orderId}`);
  return openOrderAccess(url.searchParams.get('access') ?? '', orderId);
}

test('every email about an order has a link that shows it in any browser', async () => {
  const { userId, orderId } = await placeOrder(sku, { email: 'first@example.com' });
  await work();
  expect(smtp.mails).toHaveLength(1);
  expect(linkedShopper(smtp.mails[0]?.text, orderId)).toBe(userId);
});

test('a matching number and email get a link, however they are typed', async () => {
  const { userId, orderId, number, email } = await announcedOrder('ada.access@example.com');
  const typed = number.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  const response = await ask({ number: ` ${typed} `, email: ` ${email.toUpperCase()} ` });
  expect(response.status).toBe(202);
  await work();
  expect(smtp.mails).toMatchObject([{ to: [email], subject: `The link to your order ${number}` }]);
  expect(linkedShopper(smtp.mails[0]?.text, orderId)).toBe(userId);
});

test('a number and email that don’t match get the same answer, and no email', async () => {
  const { number, email } = await announcedOrder('eve.access@example.com');
  const matching = await ask({ number, email });
  const expected = [matching.status, await matching.text()];
  await work();
  smtp.mails.length = 0;
  for (const wrong of [
    { number, email: 'other@example.com' },
    { number: '0000-0000-0000', email },
    { number: 'no number', email },
    { number, email: 'no email' },
    { number: '\0', email: '\0' },
  ]) {
    const response = await ask(wrong);
    expect([response.status, await response.text()]).toEqual(expected);
  }
  await work();
  expect(smtp.mails).toEqual([]);
});

test('what is written before the answer does not depend on whether they match', async () => {
  const { number, email } = await announcedOrder('time.access@example.com');
  const jobsAfter = async (body: object) => {
    await ask(body);
    const jobs = await db().$queryRaw<
      { payload: object }[]
    >`SELECT payload FROM graphile_worker._private_jobs`;
    await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
    return jobs.map(({ payload }) => Object.keys(payload).sort());
  };
  const matching = await jobsAfter({ number, email });
  expect(matching).toHaveLength(1);
  expect(await jobsAfter({ number, email: 'other@example.com' })).toEqual(matching);
  expect(await jobsAfter({ number: '0000-0000-0000', email })).toEqual(matching);
});

test('the queue contains no email address', async () => {
  const { number, email } = await announcedOrder('queue.access@example.com');
  await ask({ number, email });
  const jobs = await db().$queryRaw`SELECT * FROM graphile_worker._private_jobs`;
  expect(
    JSON.stringify(jobs, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain('queue.access');
  await work();
});

test('five requests within a few minutes, processed by two runs, send one email', async () => {
  const { number, email } = await announcedOrder('impatient@example.com');
  // A window of a few minutes may end between two requests, and then there are two.
  for (let count = 0; count < 5; count += 1) expect((await ask({ number, email })).status).toBe(202);
  await Promise.all([work(), work()]);
  expect(smtp.mails.length).toBeGreaterThan(0);
  expect(smtp.mails.length).toBeLessThanOrEqual(2);
});

// What broke: links were limited per spelling of a recipient, so that tags sent a mailbox any number of them.
// Strangers who ordered to an address used up the links of its owner's orders.
test('an order gets a few links an hour, and a mailbox no more than its limit of emails about unpaid orders', async () => {
  const orders: Awaited<ReturnType<typeof announcedOrder>>[] = [];
  for (const tag of ['', '+1', '+2', '+3']) orders.push(await announcedOrder(`Flooded${tag}@example.com`));
  const paid = await announcedOrder('flooded@example.com');
  await db().payment.updateMany({ where: { orderId: paid.orderId }, data: { status: 'succeeded' } });
  orders.push(paid);
  const { sendOrderLink } = await import('#lib/notifications/send-order-link.ts');
  const payloadOf = async ({ number, email }: (typeof orders)[number]) => {
    await ask({ number, email });
    const jobs = await db().$queryRaw<{ payload: { number: string; recipient: string } }[]>`
      SELECT payload FROM graphile_worker._private_jobs WHERE payload->>'number' = ${number}`;
    expect(jobs).toHaveLength(1);
    return jobs[0]?.payload as { number: string; recipient: string };
  };
  for (const [index, order] of orders.entries()) {
    const payload = await payloadOf(order);
    // Acts as if minutes passed between the requests.
    for (let count = 0; count < 5; count += 1) {
      await sendOrderLink({ ...payload, requestId: `${index}${count}` });
    }
  }
  const about = { startsWith: 'flooded', mode: 'insensitive' } as const;
  const sent = await db().mail.findMany({ where: { recipient: about, status: { not: 'suppressed' } } });
  // The limit of six an hour: five confirmations and one link.
  expect(sent.filter(({ orderId }) => orderId !== paid.orderId)).toHaveLength(5);
  const links = sent.filter(({ kind }) => kind.startsWith('order_link'));
  expect(links.filter(({ orderId }) => orderId === paid.orderId)).toHaveLength(3);
  expect(links).toHaveLength(4);
});

// What broke: behind a proxy that TRUSTED_PROXIES does not name, all shoppers have its address. 300 requests
// of one client blocked links for all of them for an hour.
test('a proxy that TRUSTED_PROXIES does not name is not counted as a network', async () => {
  const quotas = () => db().$queryRaw`SELECT used FROM order_link_quota`;
  await requestOrderLink({ number: '0000-0000-0000', email: 'ada@example.com', ip: '127.0.0.1' });
  expect(await quotas()).toEqual([]);
  await requestOrderLink({ number: '0000-0000-0000', email: 'ada@example.com', ip: '203.0.113.7' });
  expect(await quotas()).toEqual([{ used: 1 }]);
  await work();
});

test('a notification that runs twice stores the number once', async () => {
  const order = await announcedOrder('twice.access@example.com');
  await announceLater(order, order);
  await work();
  expect(await db().orderNumber.count({ where: { orderId: order.orderId } })).toBe(1);
});

test('a form is answered with a page that says what to do next', async () => {
  const { number, email } = await announcedOrder('form.access@example.com');
  const send = (form: Record<string, string>) =>
    call('/api/order-access', { method: 'POST', body: new URLSearchParams(form) });
  const response = await send({ number, email });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/orders?link=requested']);
  await work();
  expect(smtp.mails).toMatchObject([{ to: [email] }]);
  expect((await send({ number })).headers.get('location')).toBe('/orders?link=failed');
});

test.each([
  ['no number', { email: 'ada@example.com' }, 'number'],
  ['no email', { number: '0000-0000-0000' }, 'email'],
  ['a number that is too long', { number: '0'.repeat(200), email: 'ada@example.com' }, 'number'],
])('a request with %s is refused with the field named', async (_, body, path) => {
  const response = await ask(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'invalid_request', fields: [{ path }] });
});

test('a return from the bank leads to the order in the shopper’s browser, and to a page that explains it in another', async () => {
  const { userId, orderId } = await announcedOrder('bank.access@example.com');
  const { sealSession } = await import('#lib/platform/session/session.ts');
  const { randomUUID } = await import('node:crypto');
  const back = async (cookie?: string) => {
    const headers = cookie ? { cookie: `__Host-once_session=${cookie}` } : undefined;
    const response = await callHandlers(`/orders/${orderId}/payment-return`, { headers });
    return [response.status, response.headers.get('location')];
  };
  expect(await back(sealSession(userId))).toEqual([303, `/orders/${orderId}`]);
  expect(await back()).toEqual([303, `/orders/${orderId}?returned=1`]);
  expect(await back(sealSession(randomUUID()))).toEqual([303, `/orders/${orderId}?returned=1`]);
});
