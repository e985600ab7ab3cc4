import type pg from 'pg';

/**
 * The guards that are in the database, and how to remove each from a database that is used for nothing
 * else.
 */

type TakeAway = (client: pg.Client) => Promise<void>;

/** A constraint is identified by its definition, as PostgreSQL prints it. */
function dropConstraint(table: string, definition: string): TakeAway {
  return async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(conname) AS name FROM pg_constraint
       WHERE conrelid = $1::regclass AND pg_get_constraintdef(oid) = $2`,
      [table, definition],
    );
    if (rows[0] === undefined) throw new Error(`${table} has no ${definition}`);
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${rows[0].name} CASCADE`);
  };
}

const dropIndex =
  (name: string): TakeAway =>
  async (client) => {
    await client.query(`DROP INDEX ${name}`);
  };

/** Replaces words in a function's text. Each of them must be there. */
function rewriteFunction(name: string, words: Readonly<Record<string, string>>): TakeAway {
  return async (client) => {
    const { rows } = await client.query<{ text: string }>('SELECT pg_get_functiondef($1::regproc) AS text', [
      name,
    ]);
    let text = rows[0]?.text ?? '';
    for (const [from, to] of Object.entries(words)) {
      if (!text.includes(from)) throw new Error(`${name} does not say "${from}"`);
      text = text.replace(from, to);
    }
    await client.query(text);
  };
}

const stockLockWords = 'WHERE sku = ANY (skus) ORDER BY sku FOR UPDATE';

export const inDatabase = {
  uniqueToken: dropConstraint('orders', 'UNIQUE (user_id, submit_token)'),
  uniqueCart: dropConstraint('orders', 'UNIQUE (user_id, cart_id)'),
  stockCheck: dropConstraint('stock', 'CHECK ((available >= 0))'),
  stockTurn: dropConstraint('stock_movement', 'PRIMARY KEY (sku, id, turn)'),
  eventKey: dropConstraint('order_event', 'PRIMARY KEY (user_id, order_id, version)'),
  attemptKey: dropConstraint('payment', 'PRIMARY KEY (user_id, order_id, attempt)'),
  oneLive: dropIndex('payment_one_live'),
  oneOpenCart: dropIndex('cart_one_open'),
  oneRun: dropIndex('reconciliation_one_at_a_time'),
  discrepancyKey: dropConstraint('discrepancy', 'UNIQUE (kind, subject)'),
  entryKey: dropConstraint('provider_entry', 'PRIMARY KEY (ref)'),
  closeKey: dropConstraint('day_close', 'PRIMARY KEY (day, currency, method, version)'),
  recordKey: dropConstraint('submission', 'PRIMARY KEY (user_id, id)'),
  bookLock: rewriteFunction('book_stock_difference', { 'FOR UPDATE': '' }),
  cartStatus: rewriteFunction('lock_order_batch', { "AND cart.status = 'open'": '' }),
  cartLock: rewriteFunction('lock_order_batch', { 'FOR UPDATE OF cart': '' }),
  stockLock: rewriteFunction('lock_order_batch', { [stockLockWords]: 'WHERE sku = ANY (skus)' }),
  unpaidLock: rewriteFunction('lock_order_batch', { 'PERFORM pg_advisory_xact_lock(key)': 'PERFORM key' }),
  lockOrder: rewriteFunction('lock_order_batch', {
    [stockLockWords]: 'WHERE sku = ANY (skus) ORDER BY random() FOR UPDATE',
    'ORDER BY cart.user_id, cart.id': 'ORDER BY random()',
  }),
} as const satisfies Record<string, TakeAway>;

export type InDatabase = keyof typeof inDatabase;

export const isInDatabase = (name: string): name is InDatabase => Object.hasOwn(inDatabase, name);
