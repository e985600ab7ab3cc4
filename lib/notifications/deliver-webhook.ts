import { Webhook } from 'standardwebhooks';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { PermanentFailure } from '#lib/jobs/permanent-failure.ts';
import { chooseNotifications } from '#lib/notifications/choose-notifications.ts';
import { readEvents } from '#lib/notifications/read-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { inSpan } from '#lib/platform/tracing/tracing.ts';

/** Timeout for the receiver's answer. */
const deadlineMs = 10_000;

/**
 * Posts one order event to ORDER_WEBHOOK_URL according to https://www.standardwebhooks.com: signed, at least
 * once, in no guaranteed order. Its id consists of the order and its version, so every delivery of the event
 * has the same id. Throws on any answer but 2xx; the job is then retried. Throws `PermanentFailure` when
 * ORDER_WEBHOOK_URL or ORDER_WEBHOOK_SECRET is no longer set.
 */
export async function deliverWebhook(key: OrderVersion): Promise<void> {
  const { ORDER_WEBHOOK_URL: url, ORDER_WEBHOOK_SECRET: secrets } = env();
  const { userId, orderId, version } = key;
  const where = { userId_orderId_version: { userId, orderId, version } };
  const delivery = await db().webhookDelivery.findUnique({ where });
  if (!delivery || delivery.status === 'delivered') return;
  if (!url || secrets.length === 0) throw new PermanentFailure('ORDER_WEBHOOK_URL is no longer set');
  const body = await bodyOf(key);
  if (body === undefined) return;
  const attributes = { 'once.order.id': orderId };
  await inSpan('order event', { kind: 'client', attributes }, () =>
    post(url, body, signed(secrets, delivery.messageId, body)),
  );
  await db().webhookDelivery.update({
    where,
    // The address that was used: it may have been corrected since the delivery was enqueued.
    data: { status: 'delivered', deliveredAt: new Date(), url },
  });
}

async function bodyOf(key: OrderVersion): Promise<string | undefined> {
  const [known] = await readEvents([key]);
  if (!known) return undefined;
  const { event, order, version } = known;
  // The type depends on the event itself, not on later events.
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

/** With one signature for each secret, as the standard says: a receiver accepts any that it can check. */
function signed(secrets: string[], id: string, body: string): Record<string, string> {
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Once', ...headers },
    body,
    // A redirect does not confirm that the event was received.
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  });
  await response.body?.cancel();
  if (!response.ok)
    throw new Error(`the receiver of order events answered ${response.status}${adviceOn(response.status)}`);
}

/** What an operator does about answers that a repetition does not change. */
function adviceOn(status: number): string {
  if (status === 401 || status === 403)
    return ': it refuses the signature; ORDER_WEBHOOK_SECRET must be the secret of the receiver';
  if (status === 404 || status === 410) return ': it has no such address; correct ORDER_WEBHOOK_URL';
  if (status >= 300 && status < 400)
    return ': redirects are not followed; set ORDER_WEBHOOK_URL to the address that it leads to';
  return '';
}
