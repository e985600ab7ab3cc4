import type { Mail } from '#lib/generated/prisma/client.ts';
import type { JobPayloads } from '#lib/jobs/jobs.ts';
import { mailer } from '#lib/notifications/email/mailer.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

type MailKey = JobPayloads['send_mail'];

/**
 * Hands a mail to the mail server and notes that it did. A process that dies between the server's
 * "accepted" and the note sends it again: no transaction spans both. The second one carries the same
 * Message-ID, by which mail servers and readers know it for the same mail.
 */
export async function sendMail(key: MailKey): Promise<void> {
  const { userId, orderId, version, kind } = key;
  const mail = await db().mail.findUnique({
    where: { userId_orderId_version_kind: { userId, orderId, version, kind } },
  });
  if (!mail || mail.status === 'sent' || mail.status === 'kept' || mail.status === 'suppressed') return;
  const { SMTP_URL } = env();
  if (!SMTP_URL) return mark(key, 'kept');
  try {
    await handOver(SMTP_URL, mail);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Anybody may order to a mailbox that does not exist: this is what became of the mail, and no job
    // that waits for an operator.
    logger().warn({ err: error, orderId, version, kind }, 'the mail server refuses this mail for good');
    return mark(key, 'refused');
  }
  await mark(key, 'sent');
}

async function handOver(url: string, mail: Mail): Promise<void> {
  const { MAIL_FROM } = env();
  await mailer(url).sendMail({
    from: MAIL_FROM,
    to: { name: '', address: mail.recipient },
    subject: mail.subject,
    text: mail.body,
    date: mail.createdAt,
    messageId: messageIdOf(mail, MAIL_FROM),
    // Nobody's "out of office" is an answer to this.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** The same for every try of the same mail; in the domain that it is sent from. */
function messageIdOf({ orderId, version, kind }: Omit<MailKey, 'userId'>, from: string): string {
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return `<${orderId}.${version}.${kind}@${domain}>`;
}

/**
 * The server has understood and will never take this mail: no such mailbox, or not this content.
 * A refusal of ourselves (our login, our sender) is a matter of configuration and is tried again.
 */
function isRefusal(error: unknown): boolean {
  const { permanent, command } = error as { permanent?: boolean; command?: string };
  return permanent === true && (command === 'RCPT TO' || command === 'DATA');
}

async function mark(
  { userId, orderId, version, kind }: MailKey,
  status: 'sent' | 'kept' | 'refused',
): Promise<void> {
  await db().$executeRaw`
    UPDATE mail SET status = ${status}, sent_at = CASE WHEN ${status} = 'sent' THEN now() END
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND version = ${version}::int AND kind = ${kind}`;
}
