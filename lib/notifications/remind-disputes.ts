import { addJobs } from '#lib/jobs/add-job.ts';
import { writeOperatorEmail } from '#lib/notifications/email/write-operator-email.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

/** How long before its deadline the operator is reminded of an open dispute. */
const remindDays = 3;

interface Due {
  userId: string;
  orderId: string;
  version: number;
  number: string;
  currency: string;
  totalMinor: number;
  amountMinor: number;
  reason: string;
  dueMs: number;
}

/**
 * Reminds the operator once of each dispute with a near deadline: always in the log, and by email when
 * OPERATOR_EMAIL is set.
 */
export async function remindDisputes(): Promise<void> {
  const { OPERATOR_EMAIL, SMTP_URL } = env();
  await db().$transaction(async (tx) => {
    const due = await tx.$queryRaw<Due[]>`
      UPDATE dispute SET reminded_at = now()
      FROM orders
      WHERE dispute.status = 'open' AND due_by < now() + make_interval(days => ${remindDays}::int)
        AND NOT dispute.answered AND reminded_at IS NULL AND orders.user_id = dispute.user_id AND orders.id = dispute.order_id
      RETURNING dispute.user_id AS "userId", dispute.order_id AS "orderId", orders.version, orders.number,
                dispute.currency, orders.total_minor AS "totalMinor", dispute.amount_minor AS "amountMinor",
                dispute.reason, (extract(epoch FROM due_by) * 1000)::float8 AS "dueMs"`;
    for (const { userId, orderId, version, dueMs, ...dispute } of due) {
      const dueBy = new Date(dueMs);
      logger().error({ orderId, dueBy }, 'evidence of a dispute is due soon');
      if (!OPERATOR_EMAIL) continue;
      const key = { userId, orderId, version, kind: 'operator_dispute_due' };
      const { subject, body } = writeOperatorEmail('dispute_due', dispute, { ...dispute, dueBy });
      const status = SMTP_URL ? 'queued' : 'kept';
      await tx.$executeRaw`
        INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status)
        VALUES (${userId}::uuid, ${orderId}::uuid, ${version}::int, ${key.kind}, ${OPERATOR_EMAIL}, ${subject}, ${body},
                ${status})
        ON CONFLICT (user_id, order_id, version, kind) DO NOTHING`;
      if (SMTP_URL) await addJobs(tx, 'send_mail', [key]);
    }
  });
}
