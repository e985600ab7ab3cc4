import { RecentSales } from '#lib/orders/batch/recent-sales.ts';
import { counter, gauge, histogram } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** The metrics of the order writer. On the Node host they are those of its thread. */

const seconds = histogram({
  name: 'once_order_write_seconds',
  help: 'Transactions of the order writer, from its start to its commit or failure',
  labelNames: ['result'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 6],
});

export function countWrite(result: 'committed' | 'failed', ms: number): void {
  seconds.observe({ result }, ms / 1_000);
}

type Rule = 'duplicate' | 'check' | 'other';

const refusals = counter({
  name: 'once_orders_refused_by_database_total',
  help: 'Orders that the writer wanted to write and the database refused: duplicate (a unique constraint), check (a rule of a row, such as no negative stock) or other: the plan of the batch, or another constraint',
  labelNames: ['rule'],
});
// From zero: the first refusal is a change, and an alert is on changes.
for (const rule of ['duplicate', 'check', 'other']) refusals.inc({ rule }, 0);

export function countRefusal(rule: Rule): void {
  refusals.inc({ rule });
}

/**
 * So few that a scrape stays small, however many items the shop has. So many that the hottest items of all
 * processes are among them, whichever process their orders reach.
 */
const shown = 20;

const sales = () => processWide('recentSales', () => new RecentSales());

/** Called with the items of each order that was committed. */
export function noteSales(skus: Iterable<string>): void {
  sales().note(skus, performance.now());
}

gauge({
  name: 'once_hot_sku_orders',
  help: 'Orders of the last minute for the items that were ordered most',
  labelNames: ['sku'],
  collect() {
    this.reset();
    for (const [sku, orders] of sales().top(shown, performance.now())) this.set({ sku }, orders);
  },
});
