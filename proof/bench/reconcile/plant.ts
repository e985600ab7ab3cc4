import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { DiscrepancyKind } from '#lib/reconciliation/discrepancy.ts';
import type { ChargeToPlant } from '#proof/simulator/dashboard/plant.ts';

/** Differences of every kind among the orders of `fillWithOrders`, a few of each. */

/** Of each kind. */
export const plantedOfEach = 3;

/**
 * What makes each kind of some orders, as statements. In them, `picked` is their (user_id, order_id). Kinds that are not
 * about orders have other statements, or charges only.
 */
const statements: Record<DiscrepancyKind, string[]> = {
  charge_without_order: [],
  foreign_charge: [],
  two_live_charges: [],
  charge_unmatched: [
    `UPDATE payment SET status = 'declined', captured_minor = 0 WHERE (user_id, order_id) IN (picked)`,
    `UPDATE orders SET status = 'payment_declined', hold_until = now() + interval '1 day', fulfilled_at = NULL
     WHERE (user_id, id) IN (picked)`,
  ],
  // They were fulfilled, so they keep their units.
  money_kept: [`UPDATE orders SET status = 'refunded' WHERE (user_id, id) IN (picked)`],
  paid_without_charge: [
    `UPDATE payment SET provider_ref = 'pi_gone' || order_id WHERE (user_id, order_id) IN (picked)`,
  ],
  status_differs: [
    `UPDATE orders SET status = 'payment_pending', hold_until = now() + interval '1 day', fulfilled_at = NULL
     WHERE (user_id, id) IN (picked)`,
  ],
  amount_differs: [
    `UPDATE payment SET captured_minor = captured_minor - 1 WHERE (user_id, order_id) IN (picked)`,
  ],
  cost_differs: [`UPDATE payment SET lost_minor = 100 WHERE (user_id, order_id) IN (picked)`],
  refund_differs: [`UPDATE payment SET refunded_minor = 100 WHERE (user_id, order_id) IN (picked)`],
  dispute_unanswered: [disputes('open')],
  dispute_differs: [
    disputes('lost'),
    'UPDATE payment SET lost_minor = 100 WHERE (user_id, order_id) IN (picked)',
  ],
  payment_unknown: [
    `UPDATE payment SET status = 'unknown', captured_minor = 0, provider_ref = NULL WHERE (user_id, order_id) IN (picked)`,
    `UPDATE orders SET status = 'payment_pending', hold_until = now() + interval '1 day', fulfilled_at = NULL
     WHERE (user_id, id) IN (picked)`,
  ],
  order_without_payment: [`DELETE FROM payment WHERE (user_id, order_id) IN (picked)`],
  order_sum_differs: [
    `UPDATE order_line SET unit_price_minor = unit_price_minor + 1 WHERE (user_id, order_id) IN (picked)`,
  ],
  hold_expired: [
    `UPDATE orders SET status = 'placed', hold_until = now() - interval '1 hour', fulfilled_at = NULL
     WHERE (user_id, id) IN (picked)`,
  ],
  stock_differs: [
    'ALTER TABLE stock DISABLE TRIGGER USER',
    `UPDATE stock SET available = available - 7 WHERE sku IN (
       SELECT sku FROM stock WHERE sku LIKE 'BENCH-%' ORDER BY sku LIMIT ${plantedOfEach})`,
    'ALTER TABLE stock ENABLE TRIGGER USER',
  ],
  // One for each statement.
  stock_unexplained: Array.from(
    { length: plantedOfEach },
    () => `UPDATE stock SET available = available + 1 WHERE sku = (SELECT max(sku) FROM stock)`,
  ),
  order_stock_differs: [
    'ALTER TABLE stock DISABLE TRIGGER USER',
    'ALTER TABLE stock_movement DISABLE TRIGGER USER',
    `UPDATE stock_movement SET delta = -2 WHERE reason = 'order' AND (user_id, order_id) IN (picked)`,
    `UPDATE stock SET available = available - units FROM (
       SELECT sku, count(*) AS units FROM order_line WHERE (user_id, order_id) IN (picked) GROUP BY sku) AS took
     WHERE took.sku = stock.sku`,
    'ALTER TABLE stock_movement ENABLE TRIGGER USER',
    'ALTER TABLE stock ENABLE TRIGGER USER',
  ],
  not_delivered: [
    `INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, created_at)
     SELECT user_id, order_id, 1, 'confirmation', 'ada@example.com', '', '', 'queued', now() - interval '2 hours'
     FROM (picked) AS picked
     ON CONFLICT (user_id, order_id, version, kind) DO UPDATE SET status = 'queued', created_at = excluded.created_at`,
  ],
  closed_day_changed: [
    `INSERT INTO day_close (day, currency, method, version, orders, order_minor, charged_minor, refunded_minor,
       disputed_minor, fee_minor, net_minor, paid_out_minor, difference_minor, signed_by)
     SELECT now()::date - n, 'USD', 'card', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'bench'
     FROM generate_series(50, ${49 + plantedOfEach}) AS n`,
  ],
};

function disputes(status: 'lost' | 'open'): string {
  return `INSERT INTO dispute (user_id, order_id, provider_ref, attempt, kind, amount_minor, currency, reason, status)
    SELECT user_id, order_id, 'dp_${status}' || order_id, 1, 'dispute', 100, 'USD', 'fraudulent', '${status}'
    FROM (picked) AS picked`;
}

export const plantedKinds = Object.keys(statements) as DiscrepancyKind[];

/** Changes the shop's rows. Before the charges of the filled orders are planted, because some get none. */
export async function plantInShop(client: Client): Promise<void> {
  for (const [index, kind] of plantedKinds.entries()) {
    for (const statement of statements[kind])
      await client.query(statement.replaceAll(/\(picked\)/g, `(${pickedBy(index)})`));
  }
}

/** The charges that make the other kinds. */
export async function chargesToPlant(client: Client): Promise<ChargeToPlant[]> {
  const charge = { amount: 3_199, currency: 'usd', createdMs: Date.now() - 3_600_000 };
  const index = plantedKinds.indexOf('two_live_charges');
  const { rows } = await client.query<{ user_id: string; order_id: string }>(pickedBy(index));
  return [
    ...rows.map(({ user_id, order_id }) => ({ ...charge, userId: user_id, orderId: order_id, attempt: 2 })),
    ...rows.map(() => ({ ...charge, userId: randomUUID(), orderId: randomUUID(), attempt: 1 })),
    ...rows.map(() => charge),
  ];
}

/** A query of the orders of one kind. */
function pickedBy(index: number): string {
  const first = 1 + index * plantedOfEach;
  const numbers = Array.from({ length: plantedOfEach }, (_, place) => `'FILL-${first + place}'`);
  return `SELECT user_id, order_id FROM order_number WHERE number IN (${numbers.join(', ')})`;
}
