import { Gauge } from 'prom-client';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Gauges of money that needs an operator. Each scrape counts in the database: all processes agree. */
export function registerPaymentMetrics(): void {
  processWide('paymentMetrics', () => {
    addGauge(
      'once_unmatched_charges',
      'Charges that hold money at the payment provider and match no order',
      () => db().unmatchedCharge.count({ where: { resolvedAt: null } }),
    );
    addGauge('once_disputes_open', 'Disputes, early fraud warnings and reviews that are open', () =>
      db().dispute.count({ where: { status: 'open' } }),
    );
    addGauge('once_payments_returning', 'Payments whose whole refund the provider has not confirmed', () =>
      db().payment.count({ where: { status: 'returning' } }),
    );
    addGauge(
      'once_provider_events_behind_seconds',
      'How long ago the provider’s list of events was read to its end',
      readLag,
    );
    return true;
  });
}

function addGauge(name: string, help: string, count: () => Promise<number>): void {
  new Gauge({
    name,
    help,
    registers: [metrics()],
    async collect() {
      this.set(await count().catch(unknown));
    },
  });
}

/** NaN when the shop has never read any events. */
async function readLag(): Promise<number> {
  const [row] = await db().$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM now() - read_until)::float8 AS seconds FROM event_cursor WHERE name = 'provider_events'`;
  return row?.seconds ?? Number.NaN;
}

/** A failed query must not fail the scrape: during a database outage the other metrics matter most. */
function unknown(error: unknown): number {
  logger().debug({ err: error }, 'the open cases at the payment provider could not be counted');
  return Number.NaN;
}
