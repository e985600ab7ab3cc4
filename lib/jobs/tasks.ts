import type { CronItem } from 'graphile-worker';
import { announce } from '#lib/announcements/announce.ts';
import { deliverWebhook } from '#lib/announcements/deliver-webhook.ts';
import type { JobName, JobPayloads } from '#lib/jobs/jobs.ts';
import { sendMail } from '#lib/mail/send-mail.ts';

/**
 * What runs for each job. A task has a minute (`run-task.ts`), may be run twice, also at the same
 * time, and comes to the same then. It throws to be tried again.
 */
export type Tasks = { [Name in JobName]: (payload: JobPayloads[Name]) => Promise<unknown> };

export const tasks: Partial<Tasks> = {
  announce,
  send_mail: sendMail,
  deliver_webhook: deliverWebhook,
};

/**
 * What runs by the clock. One try each, because the next minute brings another; the key keeps a
 * worker that was away from finding a heap of them.
 */
export const cronItems: CronItem[] = [];
