import { Prisma } from '#lib/generated/prisma/client.ts';
import { counter } from '#lib/platform/metrics.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';

type Result = 'sent' | 'kept' | 'refused' | 'failed';

const emails = counter({
  name: 'once_emails_total',
  help: 'Tries to send an email: sent, kept (no SMTP_URL), refused (no such mailbox) or failed (will be retried)',
  labelNames: ['result'],
});
for (const result of ['sent', 'kept', 'refused', 'failed']) emails.inc({ result }, 0);

export function countEmail(result: Result): void {
  emails.inc({ result });
}

/** Suppressed and refused emails: few, and in an index of their own. */
export const emailState: StateGauges = {
  gauges: [
    {
      name: 'once_mails_suppressed',
      help: 'Emails of the last day that were not sent because too many went to their address',
    },
    { name: 'once_mails_refused', help: 'Emails of the last day that the mail server refused for good' },
  ],
  rows: Prisma.sql`
    SELECT name, '{}'::json AS labels, count::float8 AS value
    FROM (SELECT count(*) FILTER (WHERE status = 'suppressed') AS suppressed,
                 count(*) FILTER (WHERE status = 'refused') AS refused
          FROM mail
          WHERE status IN ('suppressed', 'refused') AND created_at > now() - interval '1 day') AS today,
         LATERAL (VALUES ('once_mails_suppressed', suppressed), ('once_mails_refused', refused)) AS each (name, count)`,
};
