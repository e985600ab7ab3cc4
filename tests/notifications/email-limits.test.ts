import { afterAll, beforeEach, expect, test } from 'vitest';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { notify } from '#lib/notifications/notify.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { type ActorOf, byShopper } from '#lib/orders/actor.ts';
import { db } from '#lib/platform/database/db.ts';
import { mailboxOf } from '#lib/platform/text/email-address.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address } from '#proof/harness/shopper/shopper.ts';
import { mailboxes } from '#tests/support/mailboxes.ts';
import { card } from '#tests/support/money.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

const smtp = await startSmtp();
await openPayingShop({
  SMTP_URL: smtp.url,
  PUBLIC_URL: 'https://shop.test',
  METRICS_TOKEN: 'token-of-these-tests',
  MAIL_LIMIT_PER_HOUR: '3',
  MAIL_LIMIT_PER_DAY: '5',
});
afterAll(async () => {
  closeMailer();
  await smtp.close();
});

const sku = await addProduct('LAMP', { available: 1_000 });

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  await db().$executeRaw`DELETE FROM mail`;
  smtp.mails.length = 0;
});

const work = () => drainJobs({ limitMs: 30_000 });

const ordersTo = async (emails: string[]) => {
  const orders: OrderVersion[] = [];
  for (const email of emails) orders.push(await placeOrder(sku, { email }));
  return orders;
};

async function statuses(): Promise<Record<string, number>> {
  const rows = await db().$queryRaw<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM mail GROUP BY status ORDER BY status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

// What broke: 299 orders on invoice with one victim's address sent 299 emails in 26 seconds.
test('orders by strangers to one address send it three emails an hour, in any spelling', async () => {
  const spellings = ['victim@example.com', 'Victim@Example.com', 'victim+1@example.com'];
  const orders = await ordersTo(Array.from({ length: 12 }, (_, i) => spellings[i % 3] ?? ''));
  // Four simultaneous jobs: each sees room for three until the others have written.
  const quarters = [0, 3, 6, 9].map((from) => orders.slice(from, from + 3));
  await Promise.all(quarters.map((events) => notify({ events })));
  await work();
  expect(smtp.mails).toHaveLength(3);
  expect(await statuses()).toEqual({ sent: 3, suppressed: 9 });
  const headers = { authorization: 'Bearer token-of-these-tests', host: 'shop.test' };
  const metrics = await (await callHandlers('/api/metrics', { headers })).text();
  expect(metrics).toContain('\nonce_mails_suppressed 9\n');
});

// What broke: Gmail delivers every spelling with dots to one inbox, but each was counted separately. 40
// orders to spellings of one address sent 50 emails within a minute.
test('spellings that Gmail delivers to one inbox share its limit', async () => {
  const spellings = ['victimname@gmail.com', 'v.ictim.name@gmail.com', 'vi.ctimname@GoogleMail.com'];
  const [first = '', ...others] = spellings;
  await notify({ events: await ordersTo([first]) });
  await notify({ events: await ordersTo(others.flatMap((spelling) => [spelling, spelling])) });
  expect(await statuses()).toEqual({ queued: 3, suppressed: 2 });
});

test.each(mailboxes)('the shop and its database count emails to %s by %s', async (address, mailbox) => {
  expect(mailboxOf(address)).toBe(mailbox);
  const [row] = await db().$queryRaw<{ box: string }[]>`SELECT mailbox_of(${address}) AS box`;
  expect(row?.box).toBe(mailbox);
});

test('another address has its own limit, and the next hour has room until the day is used up', async () => {
  const [first, ...later] = await ordersTo([...Array(7).fill('busy@example.com'), 'other@example.com']);
  await notify({ events: [first as OrderVersion, ...later] });
  expect(await statuses()).toEqual({ queued: 4, suppressed: 4 });
  await db().$executeRaw`UPDATE mail SET created_at = created_at - interval '61 minutes'`;
  await notify({ events: await ordersTo(Array(4).fill('busy@example.com')) });
  expect(await statuses()).toEqual({ queued: 6, suppressed: 6 });
});

test('a shopper who paid gets every email, whatever strangers did with their address', async () => {
  const orders = await ordersTo(Array(5).fill('payer@example.com'));
  await notify({ events: orders });
  const paid = await placeOrder(sku, { email: 'payer@example.com' });
  await db().$executeRaw`UPDATE payment SET status = 'succeeded' WHERE order_id = ${paid.orderId}::uuid`;
  await notify({ events: [paid] });
  const mails = await db().mail.findMany({ where: { orderId: paid.orderId } });
  expect(mails.map(({ status, unpaid }) => [status, unpaid])).toEqual([['queued', false]]);
});

/** An order paid by card and notified, then cancelled by `by`, refunded and notified again. */
async function payAndCancel(email: string, by: ActorOf<'shopper' | 'operator'>): Promise<void> {
  const { userId, orderId } = await placeOrder(sku, { ...card(), email });
  const announceAll = async () =>
    notify({
      events: (await db().orderEvent.findMany({ where: { orderId } })).map(({ version }) => ({
        userId,
        orderId,
        version,
      })),
    });
  await announceAll();
  await cancelOrder({ userId, id: orderId, actor: by });
  await announceAll();
}

// What broke: orders that were paid and cancelled immediately did not count, and sent 110 emails in half a
// minute.
test('a shopper who keeps paying and cancelling sends no more emails than unpaid orders would', async () => {
  for (let i = 0; i < 5; i += 1) await payAndCancel('bombed@example.com', byShopper);
  const told = async (kind: string) => {
    const mails = await db().mail.findMany({ where: { kind }, orderBy: { createdAt: 'asc' } });
    return mails.map(({ status }) => status);
  };
  // A paid order is always confirmed. The number of cancellations is limited by the cancel call.
  expect(await told('confirmation')).toEqual(Array(5).fill('queued'));
  expect(await told('refunded')).toEqual(['queued', 'queued', 'queued', 'suppressed', 'suppressed']);
  // An operator's refund is always sent, whatever strangers did with the address.
  await payAndCancel('bombed@example.com', eva);
  expect((await told('refunded')).at(-1)).toBe('queued');
});

// What broke: the name and the street of an order went unchanged into the shop's email.
test('a stranger’s text is no link in the email, and the only link is the shop’s own', async () => {
  const order = await placeOrder(sku, {
    email: 'reader@example.com',
    shippingAddress: {
      ...address,
      name: 'Claim at https://evil.example',
      line1: 'www.evil.example/win',
      line2: 'evil.example',
      city: 'joe@evil.example',
    },
  });
  await notify({ events: [order] });
  await work();
  const [mail] = smtp.mails;
  expect(mail?.text).toContain('Hello Claim at https: //evil. example,');
  expect(mail?.text?.match(/https?:\/\/\S+/g)).toEqual([
    expect.stringMatching(`^https://shop.test/orders/${order.orderId}(\\?access=[\\w.-]+)?$`),
  ]);
  expect(`${mail?.subject}${mail?.text}`).not.toMatch(/evil\.example/);
});
