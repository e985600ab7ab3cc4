import { expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { until } from '#tests/support/faults/crash-steps.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// What broke: a statement that the database ended (a time limit, an operator) was an unexpected 500.

const { databaseUrl } = await openTestShop();

test('a statement that the database ends is answered 503, and the same call works afterwards', async () => {
  const sku = await addProduct('ENDED');
  const shopper = await shopperWith(callHandlers, sku);
  const { id } = await shopper.cart();
  const holder = await openClient({ connectionString: databaseUrl });
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM cart WHERE id = $1 FOR UPDATE', [id]);
    const answer = shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity: 2 });
    const waiting = () =>
      holder.query('SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))');
    await until(async () => (await waiting()).rowCount === 1);
    await holder.query('SELECT pg_cancel_backend($1)', [(await waiting()).rows[0].pid]);
    const refused = await answer;
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'unavailable', retryable: true });
  } finally {
    await holder.end();
  }
  expect((await shopper.put(sku, 2)).lines).toMatchObject([{ quantity: 2 }]);
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  expect(await soldOf('ENDED')).toEqual({ orders: 1, quantity: 2 });
});
