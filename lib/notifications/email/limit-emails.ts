import type { Tx } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';

const ofExposedShop = { hour: 6, day: 20 };

/** A shop that only this machine reaches: test orders share a few addresses. */
const ofOwnMachine = { hour: 100, day: 300 };

interface Limited {
  recipient: string;
  unpaid: boolean;
}

interface Count {
  mailbox: string;
  hour: number;
  day: number;
}

/**
 * Decides which emails are sent. Limited are emails about orders that are unpaid, or that their shopper
 * cancelled and was refunded: one mailbox gets at most MAIL_LIMIT_PER_HOUR and MAIL_LIMIT_PER_DAY of them.
 * The rest is `suppressed`: kept for the operator and counted in the metrics. Runs in the transaction that
 * inserts the emails, with a lock per mailbox, so that concurrent jobs don't both use the last free slot.
 */
export async function limitEmails<Mail extends Limited>(
  tx: Tx,
  mails: readonly Mail[],
): Promise<(Mail & { status: 'queued' | 'suppressed' })[]> {
  const usual = isExposed() ? ofExposedShop : ofOwnMachine;
  const { MAIL_LIMIT_PER_HOUR: perHour = usual.hour, MAIL_LIMIT_PER_DAY: perDay = usual.day } = env();
  const recipients = [...new Set(mails.filter(({ unpaid }) => unpaid).map(({ recipient }) => recipient))];
  const boxes = perHour + perDay > 0 ? await countSent(tx, recipients) : new Map<string, Count>();
  return mails.map((mail) => {
    const count = mail.unpaid ? boxes.get(mail.recipient) : undefined;
    if (!count) return { ...mail, status: 'queued' };
    const isFull = (perHour > 0 && count.hour >= perHour) || (perDay > 0 && count.day >= perDay);
    if (isFull) return { ...mail, status: 'suppressed' };
    count.hour += 1;
    count.day += 1;
    return { ...mail, status: 'queued' };
  });
}

/**
 * Counts the emails of each mailbox, and locks it until the transaction ends. Different spellings of one
 * mailbox share a count.
 */
async function countSent(tx: Tx, recipients: string[]): Promise<Map<string, Count>> {
  if (recipients.length === 0) return new Map();
  const addresses = JSON.stringify(recipients);
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended('once.mail|' || mailbox, 0))
    FROM (SELECT DISTINCT mailbox_of(address) AS mailbox
          FROM json_array_elements_text(${addresses}::json) AS address ORDER BY 1) AS boxes`;
  const rows = await tx.$queryRaw<(Count & { address: string })[]>`
    SELECT address, mailbox_of(address) AS mailbox,
           count(mail.user_id) FILTER (WHERE mail.created_at > now() - interval '1 hour')::int AS hour,
           count(mail.user_id)::int AS day
    FROM json_array_elements_text(${addresses}::json) AS address
    LEFT JOIN mail ON mailbox_of(mail.recipient) = mailbox_of(address) AND mail.unpaid
      AND mail.status <> 'suppressed' AND mail.created_at > now() - interval '1 day'
    GROUP BY address`;
  const counts = new Map<string, Count>();
  for (const row of rows) if (!counts.has(row.mailbox)) counts.set(row.mailbox, row);
  return new Map(rows.map(({ address, mailbox }) => [address, counts.get(mailbox) as Count]));
}
