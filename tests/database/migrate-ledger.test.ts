import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { openDatabaseBefore } from '#tests/support/faults/earlier-database.ts';

/** What 0006_provider_ledger does to orders and refunds written before it. */

const { client, migrate, close } = await openDatabaseBefore('0006_provider_ledger');
afterAll(close);

interface Old {
  status: string;
  payment: string;
  refundedMinor?: number;
  refund?: 'created' | 'succeeded' | 'failed';
  events: [from: string | null, to: string, actor: string][];
}

/** A card order of 1,000 with its rows as they were written before. */
async function write({ status, payment, refundedMinor = 0, refund, events }: Old): Promise<string> {
  const [userId, id, cartId] = [randomUUID(), randomUUID(), randomUUID()];
  await client.query(`INSERT INTO cart (user_id, id, currency, status) VALUES ($1, $2, 'USD', 'ordered')`, [
    userId,
    cartId,
  ]);
  await client.query(
    `INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
       subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address)
     VALUES ($1, $2, 'N', $3, $2, 'b', 'l', $4, 'USD', 1000, 0, 0, 0, 1000, 'a@b.example', 'standard', '{}')`,
    [userId, id, cartId, status],
  );
  await client.query(
    `INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, token,
       refunded_minor) VALUES ($1, $2, 1, 'card', $3, 1000, 'USD', 'k', 't', $4)`,
    [userId, id, payment, refundedMinor],
  );
  if (refund) {
    await client.query(
      `INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason, idempotency_key)
       VALUES ($1, $2, $3, 1, $4, 'USD', $5, 'operator:eva', 'broken', 'r')`,
      [userId, id, randomUUID(), refundedMinor, refund],
    );
  }
  for (const [index, [from, to, actor]] of events.entries()) {
    await client.query(
      `INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, reason)
       VALUES ($1, $2, $3, $4, $5, $6, 'test')`,
      [userId, id, index + 1, from, to, actor],
    );
  }
  return id;
}

test('orders written before the migration keep their state, and claim no more than the provider has done', async () => {
  const placed: Old['events'] = [
    [null, 'payment_pending', 'shopper'],
    ['payment_pending', 'paid', 'shopper'],
  ];
  const old: Record<string, [Old, object]> = {
    paid: [
      { status: 'paid', payment: 'succeeded', events: placed },
      { status: 'paid', ended_by: null, paid_attempt: 1, payment: 'succeeded', captured_minor: 1000 },
    ],
    'cancelled by its hold': [
      {
        status: 'cancelled',
        payment: 'declined',
        events: [
          [null, 'payment_pending', 'shopper'],
          ['payment_pending', 'cancelled', 'job:expire_holds'],
        ],
      },
      { status: 'cancelled', ended_by: 'hold', paid_attempt: null, payment: 'declined', captured_minor: 0 },
    ],
    'refunded by an operator after it was sent': [
      {
        status: 'refunded',
        payment: 'refunded',
        refundedMinor: 1000,
        refund: 'succeeded',
        events: [...placed, ['paid', 'fulfilled', 'operator:eva'], ['fulfilled', 'refunded', 'operator:eva']],
      },
      { status: 'refunded', ended_by: 'operator', paid_attempt: 1, sent: true, refunded_minor: 1000 },
    ],
    'cancelled by its shopper, its refund still to be made': [
      {
        status: 'refunded',
        payment: 'refunded',
        refundedMinor: 1000,
        refund: 'created',
        events: [...placed, ['paid', 'refunded', 'shopper']],
      },
      { status: 'cancelled', ended_by: 'shopper', payment: 'returning', refunded_minor: 0, paid_attempt: 1 },
    ],
    'sent, a part refunded': [
      {
        status: 'fulfilled',
        payment: 'succeeded',
        refundedMinor: 300,
        refund: 'succeeded',
        events: [
          ...placed,
          ['paid', 'fulfilled', 'operator:eva'],
          ['fulfilled', 'fulfilled', 'operator:eva'],
        ],
      },
      {
        status: 'fulfilled',
        sent: true,
        refunded_minor: 300,
        kinds: ['status', 'status', 'status', 'refunded'],
      },
    ],
  };
  const ids = new Map<string, string>();
  for (const [what, [rows]] of Object.entries(old)) ids.set(what, await write(rows));
  await migrate();
  for (const [what, [, expected]] of Object.entries(old)) {
    const { rows } = await client.query(
      `SELECT orders.status, ended_by, paid_attempt, fulfilled_at IS NOT NULL AS sent, payment.status AS payment,
              captured_minor, refunded_minor,
              (SELECT array_agg(kind ORDER BY version) FROM order_event WHERE order_id = orders.id) AS kinds
       FROM orders JOIN payment ON payment.order_id = orders.id WHERE orders.id = $1`,
      [ids.get(what)],
    );
    expect({ what, ...rows[0] }).toMatchObject({ what, ...expected });
  }
});
