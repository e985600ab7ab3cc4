import { addJobs } from '#lib/jobs/add-job.ts';
import type { JobPayloads } from '#lib/jobs/jobs.ts';
import { canAnyoneTrigger } from '#lib/notifications/email/limited-kinds.ts';
import { writeEmail } from '#lib/notifications/email/write-email.ts';
import { insertEmails } from '#lib/notifications/notify.ts';
import { readEvents } from '#lib/notifications/read-events.ts';
import { orderAccessUrl } from '#lib/order-management/order-access.ts';
import { countOrderLink } from '#lib/order-management/order-link-quota.ts';
import { isRecipient } from '#lib/order-management/request-order-link.ts';
import { db } from '#lib/platform/database/db.ts';

/** Numbers are random: no more than two orders with the same number occurred among a million. */
const maxOrdersOfNumber = 3;

/** Sends a link to the order with the given number, if its email address matches the given one. */
export async function sendOrderLink(wish: JobPayloads['send_order_link']): Promise<void> {
  const named = await db().orderNumber.findMany({ where: { number: wish.number }, take: maxOrdersOfNumber });
  for (const { userId, orderId } of named) {
    const order = await db().order.findUnique({
      where: { userId_id: { userId, id: orderId } },
      select: { version: true, email: true },
    });
    if (order && isRecipient(order.email, wish.recipient)) {
      await sendLink({ userId, orderId, version: order.version }, wish.requestId);
    }
  }
}

/**
 * Sends once per request, however often the job runs. Sends nothing when the order or its mailbox has
 * reached its limit.
 */
async function sendLink(key: { userId: string; orderId: string; version: number }, requestId: string) {
  const [known] = await readEvents([key]);
  if (!known) return;
  const { order, event } = known;
  const url = orderAccessUrl({ ...key, issuedAt: new Date() });
  const kind = `order_link_${requestId}`;
  const text = writeEmail('order_link', { ...order, url }, event);
  const unpaid = canAnyoneTrigger('order_link', { payments: order.money.attempts, endedBy: event.endedBy });
  const mail = { ...key, kind, recipient: order.email, unpaid, ...text };
  await db().$transaction(async (tx) => {
    const written = await tx.mail.count({ where: { userId: key.userId, orderId: key.orderId, kind } });
    if (written > 0) return;
    if (await countOrderLink(tx, 'order', key.orderId))
      await addJobs(tx, 'send_mail', await insertEmails(tx, [mail]));
  });
}
