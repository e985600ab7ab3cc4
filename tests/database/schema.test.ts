import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '#tests/support/services/database.ts';

/** The database keeps the promises without the application: plain SQL tries to break each of them. */

const { client } = await openTestDatabase();

/** A new shopper for every test. */
let userId: string;
beforeEach(() => {
  userId = randomUUID();
});

type Row = Record<string, string | number | null>;

async function insert(table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  await client.query(`INSERT INTO ${table} (${columns}) VALUES (${places})`, Object.values(row));
}

/** The SQLSTATE of the database's refusal, or "accepted". */
async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );
}
const uniqueViolation = '23505';
const checkViolation = '23514';
const foreignKeyViolation = '23503';

async function insertCart(change: Row = {}): Promise<string> {
  const id = randomUUID();
  await insert('cart', { user_id: userId, id, currency: 'USD', ...change });
  return id;
}

async function insertOrder(cartId: string, change: Row = {}): Promise<string> {
  const id = randomUUID();
  await insert('orders', {
    user_id: userId,
    id,
    number: id.slice(0, 8),
    cart_id: cartId,
    submit_token: randomUUID(),
    body_hash: 'a',
    lines_hash: 'b',
    status: 'placed',
    currency: 'USD',
    subtotal_minor: 1000,
    shipping_minor: 500,
    tax_minor: 80,
    discount_minor: 100,
    total_minor: 1480,
    email: 'ada@example.com',
    shipping_method: 'standard',
    shipping_address: '{}',
    hold_until: '2030-01-01',
    ...change,
  });
  return id;
}

const insertPayment = (orderId: string, attempt: number, status: string) =>
  insert('payment', {
    user_id: userId,
    order_id: orderId,
    attempt,
    method: 'card',
    token: 'pm_card_visa',
    status,
    amount_minor: 1480,
    currency: 'USD',
    idempotency_key: `${orderId}:${attempt}`,
  });

test('stock never goes below zero', async () => {
  const productId = randomUUID();
  await insert('category', { slug: 'c', title: 'C', description: '', position: 1 });
  await client.query(
    `INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
     VALUES ($1, 'p', 'P', '', '{}', 'c', '/p.svg', 1)`,
    [productId],
  );
  const variant = {
    sku: 'S',
    product_id: productId,
    title: '',
    price_minor: 100,
    currency: 'USD',
    position: 1,
  };
  await insert('variant', variant);
  await insert('stock', { sku: 'S', available: 2 });
  const take = (quantity: number) => client.query('UPDATE stock SET available = available - $1', [quantity]);
  expect(await outcome(take(3))).toBe(checkViolation);
  expect(await outcome(take(2))).toBe('accepted');
  expect(await outcome(take(1))).toBe(checkViolation);
});

test('a shopper has one open cart', async () => {
  await insertCart({ status: 'ordered' });
  await insertCart();
  expect(await outcome(insertCart())).toBe(uniqueViolation);
  expect(await outcome(insertCart({ user_id: randomUUID() }))).toBe('accepted');
});

test('one cart makes one order, whichever token it is submitted with', async () => {
  const cartId = await insertCart();
  await insertOrder(cartId);
  expect(await outcome(insertOrder(cartId))).toBe(uniqueViolation);
});

test('one submission makes one order, whichever cart it names', async () => {
  const token = randomUUID();
  await insertOrder(await insertCart({ status: 'ordered' }), { submit_token: token });
  const second = insertOrder(await insertCart(), { submit_token: token });
  expect(await outcome(second)).toBe(uniqueViolation);
});

test('an order cannot use the cart of another shopper', async () => {
  const cartId = await insertCart();
  expect(await outcome(insertOrder(cartId, { user_id: randomUUID() }))).toBe(foreignKeyViolation);
});

test.each(['created', 'unknown', 'succeeded', 'due'])(
  'an order whose payment is %s takes no second payment',
  async (status) => {
    const orderId = await insertOrder(await insertCart());
    await insertPayment(orderId, 1, status);
    expect(await outcome(insertPayment(orderId, 2, 'created'))).toBe(uniqueViolation);
  },
);

test('an order whose payment was declined takes the next attempt, once', async () => {
  const orderId = await insertOrder(await insertCart());
  await insertPayment(orderId, 1, 'declined');
  expect(await outcome(insertPayment(orderId, 1, 'created'))).toBe(uniqueViolation);
  expect(await outcome(insertPayment(orderId, 2, 'created'))).toBe('accepted');
});

test('a total is the sum of its parts, to the last minor unit', async () => {
  const cartId = await insertCart();
  expect(await outcome(insertOrder(cartId, { total_minor: 1481 }))).toBe(checkViolation);
  expect(await outcome(insertOrder(cartId, { total_minor: 1479 }))).toBe(checkViolation);
  expect(await outcome(insertOrder(cartId, { discount_minor: 2000, total_minor: -420 }))).toBe(
    checkViolation,
  );
  expect(await outcome(insertOrder(cartId))).toBe('accepted');
});

test('an order holds its stock for a limited time while it waits for money, and not longer', async () => {
  const cartId = await insertCart();
  expect(await outcome(insertOrder(cartId, { hold_until: null }))).toBe(checkViolation);
  expect(await outcome(insertOrder(cartId, { status: 'paid' }))).toBe(checkViolation);
  expect(await outcome(insertOrder(cartId, { status: 'paid', hold_until: null }))).toBe('accepted');
});

test('two changes of one version of an order are not both recorded', async () => {
  const orderId = await insertOrder(await insertCart());
  const change = {
    user_id: userId,
    order_id: orderId,
    version: 2,
    to_status: 'cancelled',
    actor: 'a',
    reason: 'r',
  };
  await insert('order_event', change);
  expect(await outcome(insert('order_event', change))).toBe(uniqueViolation);
});
