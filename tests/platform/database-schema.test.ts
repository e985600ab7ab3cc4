import { expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { findDrift } from '#prisma/drift.ts';
import { migrate } from '#prisma/migrate.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// What broke: raw statements followed the search path of the role, and Prisma's own statements named
// "public". A shop in another schema read one and wrote the other.

const { databaseUrl } = await openTestShop({
  throughProxy: async (url) => {
    const inSchema = `${url}?schema=shop`;
    await migrate(inSchema, () => undefined);
    return inSchema;
  },
});

test('a shop uses the schema in its DATABASE_URL, and no other', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('SCHEMA'));
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  expect((await (await shopper.request('/api/orders')).json()).orders).toHaveLength(1);
  expect(await (await callHandlers('/api/ready')).json()).toMatchObject({ status: 'ready' });
  const client = await openClient({ connectionString: databaseUrl });
  try {
    const { rows } = await client.query(
      'SELECT (SELECT count(*)::int FROM shop.orders) AS named, (SELECT count(*)::int FROM public.orders) AS other',
    );
    expect(rows).toEqual([{ named: 1, other: 0 }]);
    expect(await findDrift(client)).toEqual([]);
  } finally {
    await client.end();
  }
});
