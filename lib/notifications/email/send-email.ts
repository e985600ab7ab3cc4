import type { Mail } from '#lib/generated/prisma/client.ts';
import type { JobPayloads } from '#lib/jobs/jobs.ts';
import { countEmail } from '#lib/notifications/email/email-metrics.ts';
import { mailer } from '#lib/notifications/email/mailer.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { inSpan } from '#lib/platform/tracing/tracing.ts';

type MailKey = JobPayloads['send_mail'];

/**
 * Sends an email through the mail server and records that. A process that dies between the server's
 * "accepted" and the record sends it again, because no transaction spans both. The second copy has the same
 * Message-ID, by which mail servers and readers recognise a duplicate.
 */
export async function sendEmail(key: MailKey): Promise<void> {
  const { userId, orderId, version, kind } = key;
  const mail = await db().mail.findUnique({
    where: { userId_orderId_version_kind: { userId, orderId, version, kind } },
  });
  if (!mail || mail.status === 'sent' || mail.status === 'kept' || mail.status === 'suppressed') return;
  const { SMTP_URL } = env();
  if (!SMTP_URL) {
    countEmail('kept');
    return mark(key, 'kept');
  }
  try {
    const attributes = { 'once.order.id': orderId, 'once.email.kind': kind };
    await inSpan('email', { kind: 'client', attributes }, () => handOver(SMTP_URL, mail));
  } catch (error) {
    const refused = isRefusal(error, kind);
    countEmail(refused ? 'refused' : 'failed');
    if (!refused) throw error;
    // A shopper can type a mailbox that does not exist. The email then ends as `refused`; a failed job would
    // make an operator look.
    logger().warn({ err: error, orderId, version, kind }, 'the mailbox of this email does not exist');
    return mark(key, 'refused');
  }
  countEmail('sent');
  await mark(key, 'sent');
}

async function handOver(url: string, mail: Mail): Promise<void> {
  const { MAIL_FROM } = env();
  await mailer(url)
    .sendMail({
      from: MAIL_FROM,
      to: { name: '', address: mail.recipient },
      subject: mail.subject,
      text: mail.body,
      date: mail.createdAt,
      messageId: messageIdOf(mail, MAIL_FROM),
      // Asks mail programs not to send an "out of office" reply.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    .catch((error: unknown) => {
      throw refusesLogin(error) ? loginRefused(error) : error;
    });
}

/** The replies of RFC 4954 about the login: none was given, it is too weak, or it is wrong. */
const loginReplies = [530, 534, 535, 538];

function refusesLogin(error: unknown): boolean {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  return code === 'EAUTH' || loginReplies.includes(responseCode ?? 0);
}

/** Says to the operator what to do: no retry of an email helps before that. */
function loginRefused(cause: unknown): Error {
  const { responseCode } = cause as { responseCode?: number };
  const reply = responseCode === undefined ? '' : ` (${responseCode})`;
  return new Error(
    `the mail server refuses the login${reply}; correct user and password in SMTP_URL and restart the worker`,
    { cause },
  );
}

/** The same for every retry of an email; in the domain of the sender. */
function messageIdOf({ orderId, version, kind }: Omit<MailKey, 'userId'>, from: string): string {
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return `<${orderId}.${version}.${kind}@${domain}>`;
}

/**
 * The server's answer to RCPT TO says that the mailbox does not exist (RFC 3463: X.1.x), like `550 5.1.1
 * User unknown`. 5.1.7 and 5.1.8 are about the sender's address.
 */
const noMailbox = /^55[013][ -]5\.1\.(?![78]\b)\d/;

/**
 * Whether a retry is useless. All other refusals may concern the shop and not the mailbox: no relaying, a
 * blocklist, a spent quota. So may a refusal without an enhanced code, as servers answer both `550 User
 * unknown` and `550 relay not permitted`. These are retried: one job too many is visible, and a lost email
 * is not. An email to the operator is never given up without a failed job.
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
