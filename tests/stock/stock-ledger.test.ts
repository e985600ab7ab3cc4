import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { releaseStock } from '#lib/stock/release-stock.ts';
import { takeStock } from '#lib/stock/take-stock.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { inTurns, Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Every change of an item's stock is a row in the ledger, and the stock is the sum of its rows. */

await openTestShop();

interface Movement {
  delta: number;
  reason: string;
  turn: number;
  orderId: string | null;
}

const movementsOf = (sku: string) =>
  db().$queryRaw<Movement[]>`
    SELECT delta, reason, turn, order_id AS "orderId" FROM stock_movement WHERE sku = ${sku}
    ORDER BY created_at, turn`;

/** The sum of the ledger beside the stock. */
async function bothOf(sku: string): Promise<[number, number]> {
  const [row] = await db().$queryRaw<{ sum: number }[]>`
    SELECT coalesce(sum(delta), 0)::int AS sum FROM stock_movement WHERE sku = ${sku}`;
  return [row?.sum ?? Number.NaN, await availableOf(sku)];
}

const isRefused = (message: RegExp) => ({ message: expect.stringMatching(message) });

/** A shopper with these items in the cart, and what orders it. */
async function readyFor(skus: string[], quantity: number) {
  const [first = '', ...others] = skus;
  const shopper = await shopperWith(callHandlers, first, quantity);
  for (const sku of others) await shopper.put(sku, quantity);
  return { shopper, body: await shopper.body() };
}

async function orderOf(skus: string[], quantity = 2): Promise<{ userId: string; orderId: string }> {
  const { shopper, body } = await readyFor(skus, quantity);
  const response = await shopper.order(body);
  const { order } = (await response.json()) as { order: { id: string } };
  const { userId } = await db().order.findFirstOrThrow({ where: { id: order.id } });
  return { userId, orderId: order.id };
}

test('an order, its cancellation, and an order that is taken up again and cancelled again', async () => {
  const sku = await addProduct('LEDGER-LIFE', { available: 10 });
  const key = await orderOf([sku]);
  const { userId, orderId } = key;
  await cancelOrder({ userId, id: orderId });
  expect(await db().$transaction((tx) => takeStock(tx, key))).toBe(true);
  await db().$executeRaw`UPDATE orders SET status = 'paid', ended_by = NULL WHERE id = ${orderId}::uuid`;
  await cancelOrder({ userId, id: orderId });
  expect(await movementsOf(sku)).toEqual([
    { delta: 10, reason: 'import', turn: 0, orderId: null },
    { delta: -2, reason: 'order', turn: 1, orderId },
    { delta: 2, reason: 'cancellation', turn: 2, orderId },
    { delta: -2, reason: 'order', turn: 3, orderId },
    { delta: 2, reason: 'cancellation', turn: 4, orderId },
  ]);
  expect(await bothOf(sku)).toEqual([10, 10]);
});

test('orders of the same items at the same time', async () => {
  const skus = [
    await addProduct('LEDGER-BATCH-A', { available: 30 }),
    await addProduct('LEDGER-BATCH-B', { available: 40 }),
  ];
  const ready = await inTurns(20, () => readyFor(skus, 1));
  const answers = await Promise.all(ready.map(({ shopper, body }) => shopper.orderUntilSettled(body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  expect(await bothOf('LEDGER-BATCH-A')).toEqual([10, 10]);
  expect(await bothOf('LEDGER-BATCH-B')).toEqual([20, 20]);
  expect(await movementsOf('LEDGER-BATCH-A')).toHaveLength(21);
});

test('an order that is refused moves nothing', async () => {
  const sku = await addProduct('LEDGER-REFUSED', { available: 1 });
  const shopper = new Shopper(callHandlers);
  await shopper.put(sku, 1);
  const body = await shopper.body();
  await db().$executeRaw`UPDATE stock SET available = 0 WHERE sku = ${sku}`;
  expect((await shopper.order(body)).status).toBe(409);
  expect((await movementsOf(sku)).map(({ reason }) => reason)).toEqual(['import', 'correction']);
});

test('an order cannot give back twice for one end, nor before it, nor take twice', async () => {
  const sku = await addProduct('LEDGER-TWICE', { available: 10 });
  const key = await orderOf([sku]);
  const take = () => db().$transaction((tx) => takeStock(tx, key));
  const release = () => db().$transaction((tx) => releaseStock(tx, key));
  await expect(take()).rejects.toMatchObject(isRefused(/stock_movement_pkey/));
  await expect(release()).rejects.toMatchObject(isRefused(/stock_movement_turn_check/));
  await cancelOrder({ userId: key.userId, id: key.orderId });
  await expect(release()).rejects.toMatchObject(isRefused(/stock_movement_pkey/));
  expect(await bothOf(sku)).toEqual([10, 10]);
});

/** What a process of the release before leaves: it changes the stock and knows no ledger. */
describe('beside processes of the release before', () => {
  const forgetTurns = (sku: string) =>
    db().$transaction([
      db().$executeRaw`ALTER TABLE stock_movement DISABLE TRIGGER refuse_change`,
      db().$executeRaw`
        UPDATE stock_movement
        SET id = gen_random_uuid(), turn = 0, reason = 'correction', user_id = NULL, order_id = NULL
        WHERE sku = ${sku} AND turn > 0`,
      db().$executeRaw`ALTER TABLE stock_movement ENABLE TRIGGER refuse_change`,
    ]);

  test('an order that one has placed gives back once', async () => {
    const sku = await addProduct('LEDGER-EARLIER-ORDER', { available: 10 });
    const key = await orderOf([sku]);
    await forgetTurns(sku);
    await cancelOrder({ userId: key.userId, id: key.orderId });
    expect((await movementsOf(sku)).at(-1)).toMatchObject({ delta: 2, reason: 'cancellation', turn: 2 });
    expect(await bothOf(sku)).toEqual([10, 10]);
  });

  test('an order that one has ended can be taken up again, and given back again', async () => {
    const sku = await addProduct('LEDGER-EARLIER-END', { available: 10 });
    const key = await orderOf([sku]);
    const { userId, orderId } = key;
    await cancelOrder({ userId, id: orderId });
    await forgetTurns(sku);
    expect(await db().$transaction((tx) => takeStock(tx, key))).toBe(true);
    await db().$executeRaw`UPDATE orders SET status = 'paid', ended_by = NULL WHERE id = ${orderId}::uuid`;
    await cancelOrder({ userId, id: orderId });
    expect((await movementsOf(sku)).slice(-2)).toMatchObject([{ turn: 3 }, { turn: 4 }]);
    expect(await bothOf(sku)).toEqual([10, 10]);
  });
});

test('items that were removed from the shop are left out', async () => {
  const [kept, removed] = [
    await addProduct('LEDGER-KEPT', { available: 5 }),
    await addProduct('LEDGER-REMOVED', { available: 5 }),
  ];
  const key = await orderOf([kept, removed]);
  await db().$executeRaw`DELETE FROM stock WHERE sku = ${removed}`;
  await cancelOrder({ userId: key.userId, id: key.orderId });
  expect(await bothOf(kept)).toEqual([5, 5]);
  expect((await movementsOf(removed)).reduce((sum, { delta }) => sum + delta, 0)).toBe(0);
  // The item comes back.
  await db().$executeRaw`INSERT INTO stock (sku, available) VALUES (${removed}, 7)`;
  expect(await bothOf(removed)).toEqual([7, 7]);
});

/** What an owner, an import or another program may do to the table. */
const changes: [string, (sku: string) => string, number][] = [
  ['set', (sku) => `UPDATE stock SET available = 4 WHERE sku = '${sku}'`, 4],
  ['set to the same', (sku) => `UPDATE stock SET available = 10 WHERE sku = '${sku}'`, 10],
  ['added to', (sku) => `UPDATE stock SET available = available + 5 WHERE sku = '${sku}'`, 15],
  [
    'inserted over',
    (sku) =>
      `INSERT INTO stock (sku, available) VALUES ('${sku}', 3) ON CONFLICT (sku) DO UPDATE SET available = EXCLUDED.available`,
    3,
  ],
  [
    'deleted and inserted in one transaction',
    (sku) =>
      `WITH gone AS (DELETE FROM stock WHERE sku = '${sku}-OTHER') UPDATE stock SET available = 8 WHERE sku = '${sku}'`,
    8,
  ],
  [
    'merged',
    (sku) =>
      `MERGE INTO stock USING (VALUES ('${sku}', 6)) AS delivery (sku, units) ON stock.sku = delivery.sku
       WHEN MATCHED THEN UPDATE SET available = units`,
    6,
  ],
];

test.each(changes)('stock that is %s by SQL is in the ledger', async (what, statement, expected) => {
  const sku = await addProduct(`LEDGER-SQL-${what.toUpperCase().replaceAll(' ', '-')}`, { available: 10 });
  await db().$executeRawUnsafe(statement(sku));
  expect(await bothOf(sku)).toEqual([expected, expected]);
});

test('a change by SQL has one id for all its items, and the note of its session', async () => {
  const [one, other] = [
    await addProduct('LEDGER-NOTE-A', { available: 10 }),
    await addProduct('LEDGER-NOTE-B', { available: 20 }),
  ];
  const change = (units: number) => Prisma.sql`
    UPDATE stock SET available = available + ${units}::int WHERE sku IN (${one}, ${other})`;
  await db().$executeRaw(change(1));
  await db().$transaction([
    db().$executeRaw`SELECT set_config('once.stock_note', 'counted by Eva', true)`,
    db().$executeRaw(change(2)),
  ]);
  const rows = await db().$queryRaw<{ sku: string; delta: number; note: string | null; place: number }[]>`
    SELECT sku, delta, note, dense_rank() OVER (ORDER BY id)::int AS place FROM stock_movement
    WHERE sku IN (${one}, ${other}) AND reason = 'correction' ORDER BY delta, sku`;
  const [a, b, c, d] = rows;
  expect(rows.map(({ sku, delta, note }) => [sku, delta, note])).toEqual([
    [one, 1, null],
    [other, 1, null],
    [one, 2, 'counted by Eva'],
    [other, 2, 'counted by Eva'],
  ]);
  expect(a?.place).toBe(b?.place);
  expect(c?.place).toBe(d?.place);
  expect(a?.place).not.toBe(c?.place);
});

test('stock that is changed in a trigger of another program is in the ledger', async () => {
  const sku = await addProduct('LEDGER-TRIGGER', { available: 10 });
  for (const statement of [
    'CREATE TABLE delivery (sku text, units integer)',
    `CREATE FUNCTION deliver() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN UPDATE stock SET available = available + NEW.units WHERE stock.sku = NEW.sku; RETURN NEW; END $$`,
    'CREATE TRIGGER deliver AFTER INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION deliver()',
    `INSERT INTO delivery VALUES ('${sku}', 5)`,
  ])
    await db().$executeRawUnsafe(statement);
  expect(await bothOf(sku)).toEqual([15, 15]);
});

test('stock that is replaced as a whole is in the ledger', async () => {
  const sku = await addProduct('LEDGER-REPLACED', { available: 10 });
  await db().$transaction([
    db().$executeRaw`CREATE TEMP TABLE delivered ON COMMIT DROP AS 
      SELECT sku, CASE sku WHEN ${sku} THEN 11 ELSE available END AS available FROM stock`,
    db().$executeRaw`TRUNCATE stock`,
    db().$executeRaw`INSERT INTO stock SELECT sku, available FROM delivered`,
  ]);
  expect(await bothOf(sku)).toEqual([11, 11]);
});

test('a change in a trigger that the shop’s own change fires is in the ledger', async () => {
  const [kit, part] = [
    await addProduct('LEDGER-KIT', { available: 10 }),
    await addProduct('LEDGER-PART', { available: 10 }),
  ];
  for (const statement of [
    `CREATE FUNCTION take_part() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN UPDATE stock SET available = available - 2 WHERE stock.sku = '${part}'; RETURN NULL; END $$`,
    `CREATE TRIGGER take_part AFTER UPDATE ON stock FOR EACH ROW WHEN (NEW.sku = '${kit}') EXECUTE FUNCTION take_part()`,
  ])
    await db().$executeRawUnsafe(statement);
  await orderOf([kit], 1);
  await db().$executeRaw`DROP TRIGGER take_part ON stock`;
  expect(await bothOf(kit)).toEqual([9, 9]);
  expect(await bothOf(part)).toEqual([8, 8]);
});

test('an item that is renamed takes its stock along', async () => {
  const sku = await addProduct('LEDGER-OLD-NAME', { available: 10 });
  await db().$executeRaw`
    INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
    SELECT 'LEDGER-NEW-NAME', product_id, title, price_minor, currency, 2 FROM variant WHERE sku = ${sku}`;
  await db().$executeRaw`UPDATE stock SET sku = 'LEDGER-NEW-NAME' WHERE sku = ${sku}`;
  expect(await bothOf('LEDGER-NEW-NAME')).toEqual([10, 10]);
  expect((await movementsOf(sku)).map(({ delta }) => delta)).toEqual([10, -10]);
});

test('a delivery is written to the ledger, and the stock follows', async () => {
  const sku = await addProduct('LEDGER-DELIVERY', { available: 10 });
  await db().$executeRaw`
    INSERT INTO stock_movement (sku, delta, reason, note) VALUES (${sku}, 20, 'import', 'delivery 4711')`;
  expect(await bothOf(sku)).toEqual([30, 30]);
});

await addProduct('LEDGER-STRICT', { available: 10 });

test.each([
  [
    'an item without stock',
    `INSERT INTO stock_movement (sku, delta, reason) VALUES ('NO-SUCH-ITEM', 1, 'import')`,
    /no row in stock/,
  ],
  [
    'more than there is',
    `INSERT INTO stock_movement (sku, delta, reason) VALUES ('LEDGER-STRICT', -11, 'correction')`,
    /stock_available_check/,
  ],
  [
    'nothing',
    `INSERT INTO stock_movement (sku, delta, reason) VALUES ('LEDGER-STRICT', 0, 'correction')`,
    /delta_check/,
  ],
  [
    'an order under another id',
    `INSERT INTO stock_movement (sku, turn, delta, reason, user_id, order_id) VALUES ('LEDGER-STRICT', 1, -1, 'order', gen_random_uuid(), '${randomUUID()}')`,
    /order_check/,
  ],
  ['a change of a row', 'UPDATE stock_movement SET delta = 99', /only added to/],
  ['a row that is deleted', 'DELETE FROM stock_movement', /only added to/],
])('the ledger refuses %s', async (_, statement, message) => {
  await expect(db().$executeRawUnsafe(statement)).rejects.toMatchObject(isRefused(message));
  expect(await bothOf('LEDGER-STRICT')).toEqual([10, 10]);
});
