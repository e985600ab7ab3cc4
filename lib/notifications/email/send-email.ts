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
export async function sendEmail(key: MailKey): Promise<void> {
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
    if (!isRefusal(error, kind)) throw error;
    // Anybody may order to a mailbox that does not exist: this is what became of the mail, and no job
    // that waits for an operator.
    logger().warn({ err: error, orderId, version, kind }, 'the mailbox of this mail does not exist');
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
 * The mailbox does not exist (RFC 3463: X.1.x), says the server's answer to RCPT TO, like
 * `550 5.1.1 User unknown`. 5.1.7 and 5.1.8 are about our own address.
 */
const noMailbox = /^55[013][ -]5\.1\.(?![78]\b)\d/;

/**
 * Whether trying again is no use. All other refusals may be of the shop and not of the mailbox: no
 * relaying, a blocklist, a spent quota. So may be one without an enhanced code, as servers say both
 * `550 User unknown` and `550 relay not permitted`. These are tried again: a job too many is seen, and
 * a lost mail is not. A mail to the operator is never given up without a failed job.
 */
function isRefusal(error: unknown, kind: string): boolean {
  const { response = '', command } = error as { response?: string; command?: string };
  return !kind.startsWith('operator_') && command === 'RCPT TO' && noMailbox.test(response);
}

async function mark(
  { userId, orderId, version, kind }: MailKey,
  status: 'sent' | 'kept' | 'refused',
): Promise<void> {
  await db().$executeRaw`
    UPDATE mail SET status = ${status}, sent_at = CASE WHEN ${status} = 'sent' THEN now() END
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND version = ${version}::int AND kind = ${kind}`;
}
