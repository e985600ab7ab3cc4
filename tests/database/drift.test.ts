import { expect, test } from 'vitest';
import { findDrift } from '#prisma/drift.ts';
import { openTestDatabase } from '#tests/support/services/database.ts';

const { client } = await openTestDatabase();

/** The drift check's findings after `statement`, which is rolled back afterwards. */
async function driftAfter(statement: string): Promise<string[]> {
  await client.query('BEGIN');
  try {
    await client.query(statement);
    return await findDrift(client);
  } finally {
    await client.query('ROLLBACK');
  }
}

test('the migrations create the database that the client expects', async () => {
  expect(await findDrift(client)).toEqual([]);
});

test.each([
  ['a missing column', 'ALTER TABLE orders DROP COLUMN email', 'orders: column email is missing'],
  ['an unknown column', 'ALTER TABLE cart ADD note text', 'cart: column note is not in schema.prisma'],
  [
    'another type',
    'ALTER TABLE cart_line ALTER quantity TYPE bigint',
    'cart_line: column quantity is bigint',
  ],
  [
    'a column that allows NULL',
    'ALTER TABLE variant ALTER title DROP NOT NULL',
    'variant: column title allows NULL',
  ],
  ['an unknown table', 'CREATE TABLE coupon (code text)', 'table coupon is not in schema.prisma'],
  ['a missing table', 'DROP TABLE order_event', 'table order_event is missing'],
  ['a missing key', 'DROP INDEX product_slug_key', 'product: unique key slug is missing'],
  [
    'an unknown key',
    'CREATE UNIQUE INDEX ON product (title)',
    'product: unique key title is not in schema.prisma',
  ],
])('%s is drift', async (_, statement, sentence) => {
  expect(await driftAfter(statement)).toContainEqual(expect.stringContaining(sentence));
});

test.each([
  [
    'that stock stays above zero',
    'ALTER TABLE stock DROP CONSTRAINT stock_available_check',
    'nothing is sold',
  ],
  ['that payments are one at a time', 'DROP INDEX payment_one_live', 'one live payment'],
  [
    'that every price is in one currency',
    'ALTER TABLE variant DROP CONSTRAINT variant_currency_fkey',
    'in the currency of the shop',
  ],
  [
    'that a change of a tax makes a new version',
    'ALTER TABLE tax_rate DISABLE TRIGGER count_pricing_change',
    'tax_rate has no trigger',
  ],
  [
    'that emptying a table makes a new version',
    `DROP TRIGGER count_pricing_change ON country;
     CREATE TRIGGER count_pricing_change AFTER INSERT OR UPDATE OR DELETE ON country
     FOR EACH STATEMENT EXECUTE FUNCTION count_pricing_change()`,
    'country has no trigger',
  ],
  ['that an order takes its items', 'ALTER TABLE stock_movement DISABLE TRIGGER move_stock', 'may not take'],
  [
    'that a deleted item is in the books',
    'DROP TRIGGER note_movement_delete ON stock',
    'without a row in the ledger',
  ],
  [
    'that emptied stock is in the books',
    'DROP TRIGGER note_movement_truncate ON stock',
    'without a row in the ledger',
  ],
  ['that the ledger is only added to', 'DROP TRIGGER refuse_change ON stock_movement', 'can be rewritten'],
  [
    'that an order gives back once',
    'ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_pkey',
    'once for each end',
  ],
  ['that open carts are one at a time', 'DROP INDEX cart_one_open', 'one open cart'],
  [
    'that lines belong to an order, in one partition of sixteen',
    'ALTER TABLE order_line_p07 DROP CONSTRAINT order_line_p07_user_id_order_id_fkey',
    'a line belongs to an order',
  ],
  ['that the disk has it', 'ALTER TABLE stock SET UNLOGGED', 'stock is UNLOGGED'],
  [
    'a weaker check of the same name',
    `ALTER TABLE stock DROP CONSTRAINT stock_available_check;
     ALTER TABLE stock ADD CONSTRAINT stock_available_check CHECK (available >= -5)`,
    'nothing is sold',
  ],
])('a database that no longer promises %s has drifted', async (_, statement, sentence) => {
  expect(await driftAfter(statement)).toContainEqual(expect.stringContaining(sentence));
});
