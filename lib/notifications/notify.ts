import { addJobs } from '#lib/jobs/add-job.ts';
import type { JobPayloads, OrderVersion } from '#lib/jobs/jobs.ts';
import { chooseNotifications, type Notifications } from '#lib/notifications/choose-notifications.ts';
import { limitEmails } from '#lib/notifications/email/limit-emails.ts';
import { canAnyoneTrigger } from '#lib/notifications/email/limited-kinds.ts';
import { writeEmail } from '#lib/notifications/email/write-email.ts';
import { writeOperatorEmail } from '#lib/notifications/email/write-operator-email.ts';
import { type KnownEvent, readEvents } from '#lib/notifications/read-events.ts';
import { orderAccessUrl } from '#lib/order-management/order-access.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

interface NewMail extends OrderVersion {
  /**
   * An `EmailKind`, with the request's id appended when one kind can be sent several times. `operator_…` for
   * emails to the operator.
   */
  kind: string;
  recipient: string;
  subject: string;
  body: string;
  /** Whether a person could trigger this email to any address without paying. Such emails are limited. */
  unpaid: boolean;
}

/**
 * Writes the emails and webhook deliveries for order events, and in the same transaction the jobs that send
 * them. Existing rows are not changed, so running twice sends nothing twice.
 */
export async function notify({ events }: JobPayloads['announce']): Promise<void> {
  const { ORDER_WEBHOOK_URL } = env();
  const known = (await readEvents(events)).map((entry) => ({
    ...entry,
    ...chooseNotifications(entry.event),
  }));
  const mails = known.flatMap((entry): NewMail[] => [...toShopper(entry), ...toOperator(entry)]);
  const deliveries = ORDER_WEBHOOK_URL ? known.filter(({ webhook }) => webhook) : [];
  if (known.length === 0) return;
  await db().$transaction(async (tx) => {
    await insertNumbers(tx, known);
    const emails = await insertEmails(tx, mails);
    await addJobs(tx, 'send_mail', continuing(events, emails));
    const queued = await insertDeliveries(tx, deliveries, ORDER_WEBHOOK_URL ?? '');
    await addJobs(tx, 'deliver_webhook', continuing(events, queued));
  });
}

/** The payloads, each with the trace of its order where the event names one. */
function continuing<Payload extends OrderVersion>(
  events: JobPayloads['announce']['events'],
  payloads: Payload[],
): Payload[] {
  const traced = events.filter(({ traceparent }) => traceparent !== undefined);
  if (traced.length === 0) return payloads;
  const traces = new Map(traced.map(({ orderId, traceparent }) => [orderId, traceparent]));
  return payloads.map((payload) => ({ ...payload, traceparent: traces.get(payload.orderId) }));
}

/** Makes the orders findable by their numbers. */
async function insertNumbers(tx: Tx, known: KnownEvent[]): Promise<void> {
  const numbers = known.map(({ userId, orderId, order }) => ({ number: order.number, userId, orderId }));
  await tx.$executeRaw`
    INSERT INTO order_number (number, user_id, order_id)
    SELECT DISTINCT number, "userId", "orderId"
    FROM json_to_recordset(${JSON.stringify(numbers)}::json) AS row (number text, "userId" uuid, "orderId" uuid)
    -- One order everywhere: two jobs about the same orders wait for each other and never deadlock.
    ORDER BY "orderId"
    ON CONFLICT (number, order_id) DO NOTHING`;
}

type Told = KnownEvent & Notifications;

function toShopper({ userId, orderId, version, event, order, mail: kind }: Told): NewMail[] {
  if (!kind) return [];
  const unpaid = canAnyoneTrigger(kind, { payments: order.money.attempts, endedBy: event.endedBy });
  const url = orderAccessUrl({ userId, orderId, issuedAt: event.at });
  const written = writeEmail(kind, { ...order, url }, event);
  return [{ userId, orderId, version, kind, recipient: order.email, unpaid, ...written }];
}

function toOperator({ userId, orderId, version, event, order, operator }: Told): NewMail[] {
  const { OPERATOR_EMAIL: recipient } = env();
  if (!operator) return [];
  // Logged for every shop, because OPERATOR_EMAIL may be unset.
  logger().error({ orderId, kind: operator }, 'the money of an order needs an operator');
  if (!recipient) return [];
  const kind = `operator_${operator}` as const;
  return [
    {
      userId,
      orderId,
      version,
      kind,
      recipient,
      unpaid: false,
      ...writeOperatorEmail(operator, order, event),
    },
  ];
}

/** Inserts emails. Returns those to send: new ones within the limits, when there is a mail server. */
export async function insertEmails(tx: Tx, mails: NewMail[]): Promise<JobPayloads['send_mail'][]> {
  if (mails.length === 0) return [];
  // Without a mail server no email is sent, so there is nothing to limit.
  const rows = env().SMTP_URL
    ? await limitEmails(tx, mails)
    : mails.map((mail) => ({ ...mail, status: 'kept' }));
  const added = await tx.$queryRaw<(JobPayloads['send_mail'] & { status: string })[]>`
    INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, unpaid, status)
    SELECT "userId", "orderId", version, kind, recipient, subject, body, unpaid, status
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS row ("userId" uuid, "orderId" uuid, version int,
      kind text, recipient text, subject text, body text, unpaid boolean, status text)
    ON CONFLICT (user_id, order_id, version, kind) DO NOTHING
    RETURNING user_id AS "userId", order_id AS "orderId", version, kind, status`;
  return added.flatMap(({ status, ...key }) => (status === 'queued' ? [key] : []));
}

async function insertDeliveries(tx: Tx, versions: OrderVersion[], url: string): Promise<OrderVersion[]> {
  if (versions.length === 0) return [];
  const keys = versions.map(({ userId, orderId, version }) => ({ userId, orderId, version }));
  return tx.$queryRaw<OrderVersion[]>`
    INSERT INTO webhook_delivery (user_id, order_id, version, url, message_id, status)
    SELECT "userId", "orderId", version, ${url}, 'order_' || "orderId" || '_' || version, 'queued'
    FROM json_to_recordset(${JSON.stringify(keys)}::json) AS row ("userId" uuid, "orderId" uuid, version int)
    ON CONFLICT (user_id, order_id, version) DO NOTHING
    RETURNING user_id AS "userId", order_id AS "orderId", version`;
}
