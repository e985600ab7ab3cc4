import { Gauge } from 'prom-client';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Registers gauges of suppressed and refused emails. Each scrape counts them in the database. */
export function registerEmailMetrics(): void {
  processWide('mailMetrics', () => {
    gaugeOf('suppressed', 'Emails of the last day that were not sent because too many went to their address');
    gaugeOf('refused', 'Emails of the last day that the mail server refused for good');
    return true;
  });
}

function gaugeOf(status: 'suppressed' | 'refused', help: string): void {
  new Gauge({
    name: `once_mails_${status}`,
    help,
    registers: [metrics()],
    async collect() {
      this.set(await countOfLastDay(status));
    },
  });
}

async function countOfLastDay(status: string): Promise<number> {
  try {
    const [row] = await db().$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM mail
      WHERE status = ${status} AND created_at > now() - interval '1 day'`;
    return row?.count ?? 0;
  } catch (error) {
    // A failed query must not fail the scrape: during a database outage the other metrics matter most.
    logger().debug({ err: error, status }, 'the number of emails with this status is unknown');
    return Number.NaN;
  }
}
