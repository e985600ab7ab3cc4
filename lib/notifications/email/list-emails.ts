import { db } from '#lib/platform/database/db.ts';

export interface EmailView {
  /** Names it among all mails. */
  id: string;
  recipient: string;
  subject: string;
  body: string;
  status: 'queued' | 'sent' | 'kept' | 'refused' | 'suppressed';
  createdAt: string;
}

/** As many as a person looks through. */
const maxListed = 50;

/** The newest mails of everybody, newest first. Never for a page that strangers see. */
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
