import { Webhook } from 'standardwebhooks';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { PermanentFailure } from '#lib/jobs/permanent-failure.ts';
import { chooseNotifications } from '#lib/notifications/choose-notifications.ts';
import { readEvents } from '#lib/notifications/read-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';

/** How long a receiver may take to say that it has it. */
const deadlineMs = 10_000;

/**
 * Posts one order event to ORDER_WEBHOOK_URL as https://www.standardwebhooks.com has it: signed, at
 * least once, in no promised order. Its id is made of the order and its version, so it is the same
 * however often the event is posted. Throws on any answer but 2xx; the job tries again.
 */
export async function deliverWebhook(key: OrderVersion): Promise<void> {
  const { ORDER_WEBHOOK_URL: url, ORDER_WEBHOOK_SECRET: secret } = env();
  const { userId, orderId, version } = key;
  const where = { userId_orderId_version: { userId, orderId, version } };
  const delivery = await db().webhookDelivery.findUnique({ where });
  if (!delivery || delivery.status === 'delivered') return;
  if (!url || !secret) throw new PermanentFailure('ORDER_WEBHOOK_URL is no longer set');
  const body = await bodyOf(key);
  if (body === undefined) return;
  await post(url, body, signed(secret, delivery.messageId, body));
  await db().webhookDelivery.update({
    where,
    // Where it went: the address may have been corrected since it was written down.
    data: { status: 'delivered', deliveredAt: new Date(), url },
  });
}

async function bodyOf(key: OrderVersion): Promise<string | undefined> {
  const [known] = await readEvents([key]);
  if (!known) return undefined;
  const { event, order, version } = known;
  // The type depends on what the event was, not on what has happened to the order since.
  const { webhook: type } = chooseNotifications(event);
  const { id, number, totalMinor, currency, url } = order;
  const { to: status, kind, actor, reason, at, amountMinor } = event;
  const isBack = kind === 'refunded' || status === 'refunded';
  return JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: {
      order: { id, number, totalMinor, currency, url },
      status,
      version,
      actor,
      reason,
      ...(amountMinor === undefined ? {} : isBack ? { returnedMinor: amountMinor } : { amountMinor }),
    },
  });
}

function signed(secret: string, id: string, body: string): Record<string, string> {
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Once', ...headers },
    body,
    // An answer that sends us elsewhere is not "I have it".
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the receiver of order events answered ${response.status}`);
}
