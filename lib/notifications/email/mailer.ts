import { createTransport } from 'nodemailer';
import { env } from '#lib/platform/env.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';

/** Each wait of a mail's way to its server: several times what a slow one needs, less than a job may take. */
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
    // Trying again is the job's business, which knows how often and when.
    maxRequeues: 0,
    ...deadlines,
  });
}

/** The way to the mail server: connections that are kept, as many as jobs run at once. */
export function mailer(url: string): ReturnType<typeof makeMailer> {
  return processWide('mailer', () => makeMailer(url));
}

export function closeMailer(): void {
  takeProcessWide<ReturnType<typeof makeMailer>>('mailer')?.close();
}
