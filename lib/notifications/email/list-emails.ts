import { db } from '#lib/platform/database/db.ts';

export interface EmailView {
  /** Unique among all emails. */
  id: string;
  recipient: string;
  subject: string;
  body: string;
  status: 'queued' | 'sent' | 'kept' | 'refused' | 'suppressed';
  createdAt: string;
}

/** More than a person would look through. */
const maxListed = 50;

/** The newest emails to all recipients, newest first. Never show them on a public page. */
export async function listEmails(): Promise<EmailView[]> {
  const mails = await db().mail.findMany({
    orderBy: [{ createdAt: 'desc' }, { orderId: 'asc' }, { version: 'desc' }],
    take: maxListed,
  });
  return mails.map(({ orderId, version, kind, recipient, subject, body, status, createdAt }) => ({
    id: `${orderId}.${version}.${kind}`,
    recipient,
    subject,
    body,
    status: status as EmailView['status'],
    createdAt: createdAt.toISOString(),
  }));
}
