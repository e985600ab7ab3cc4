import { createTransport } from 'nodemailer';
import { env } from '#lib/platform/env.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';

/**
 * Timeouts of the steps of sending an email: several times what a slow server needs, and less than a job's
 * limit.
 */
const deadlines = {
  dnsTimeout: 5_000,
  connectionTimeout: 5_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
};

function makeMailer(url: string) {
  return createTransport({
    url,
    pool: true,
    maxConnections: env().JOB_CONCURRENCY,
    // The job retries: it knows how often and when.
    maxRequeues: 0,
    ...deadlines,
  });
}

/** The pool of connections to the mail server: as many as jobs run at the same time. */
export function mailer(url: string): ReturnType<typeof makeMailer> {
  return processWide('mailer', () => makeMailer(url));
}

export function closeMailer(): void {
  takeProcessWide<ReturnType<typeof makeMailer>>('mailer')?.close();
}
