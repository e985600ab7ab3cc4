import type {
  ChargeRow,
  DisputeRow,
  Evidence,
  LineRow,
  MailRow,
  MovementRow,
  OrderRow,
  PaymentRow,
  RefundRow,
  StockRow,
} from '#proof/chaos/checker/evidence.ts';
import type { Harness } from '#proof/harness/harness.ts';

/**
 * Everything except the history: the shop's rows at one moment, and the provider's ledger. Times count
 * from when the history began, which is given in milliseconds of Unix time.
 */
export async function gather(
  harness: Harness,
  goods: ReadonlyMap<string, number>,
  historyBeganAtMs: number,
): Promise<Omit<Evidence, 'history'>> {
  const charges: ChargeRow[] = harness.simulator.ledger();
  const rows = await harness.withDatabase(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const orders = await client.query<OrderRow>(
      `SELECT user_id AS "userId", id, cart_id AS "cartId", submit_token AS "submitToken", status,
              total_minor AS "totalMinor", accepted_at IS NOT NULL AS accepted,
              EXISTS (SELECT FROM order_event WHERE order_event.user_id = orders.user_id
                        AND order_id = id AND to_status = 'payment_unknown') AS "wasUnknown",
              EXISTS (SELECT FROM order_event WHERE order_event.user_id = orders.user_id
                        AND order_id = id AND to_status = 'fulfilled') AS "wasFulfilled",
              (extract(epoch FROM placed_at) * 1000 - $1)::float8 AS "placedMs"
       FROM orders`,
      [historyBeganAtMs],
    );
    const lines = await client.query<LineRow>(`SELECT order_id AS "orderId", sku, quantity FROM order_line`);
    const payments = await client.query<PaymentRow>(
      `SELECT order_id AS "orderId", attempt, method, status, amount_minor AS "amountMinor",
              refunded_minor AS "refundedMinor" FROM payment`,
    );
    const refunds = await client.query<RefundRow>(
      `SELECT order_id AS "orderId", attempt, amount_minor AS "amountMinor", status,
              provider_ref AS "providerRef" FROM refund`,
    );
    const disputes = await client.query<DisputeRow>(
      `SELECT provider_ref AS "providerRef", status FROM dispute WHERE kind = 'dispute'`,
    );
    const mails = await client.query<MailRow>(`SELECT order_id AS "orderId", kind FROM mail`);
    const stock = await client.query<{ sku: string; available: number }>(
      'SELECT sku, available FROM stock WHERE sku = ANY($1::text[])',
      [[...goods.keys()]],
    );
    const movements = await client.query<MovementRow>(
      `SELECT sku, order_id AS "orderId", sum(delta)::int AS units FROM stock_movement
       WHERE sku = ANY($1::text[]) GROUP BY sku, order_id`,
      [[...goods.keys()]],
    );
    const several = await client.query<{ shopper: string }>(
      `SELECT user_id AS shopper FROM cart WHERE status = 'open' GROUP BY user_id HAVING count(*) > 1`,
    );
    await client.query('COMMIT');
    return {
      orders: orders.rows,
      lines: lines.rows,
      payments: payments.rows,
      refunds: refunds.rows,
      disputes: disputes.rows,
      mails: mails.rows,
      stock: stock.rows,
      movements: movements.rows,
      severalCarts: several.rows.map(({ shopper }) => shopper),
    };
  });
  const left = new Map(rows.stock.map(({ sku, available }) => [sku, available]));
  const stock = [...goods].map(([sku, initial]): StockRow => ({ sku, initial, available: left.get(sku) }));
  return {
    ...rows,
    stock,
    charges,
    providerRefunds: harness.simulator.refunds(),
    providerDisputes: harness.simulator.disputes(),
  };
}
