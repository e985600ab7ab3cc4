import { expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShopBehindProxy } from '#tests/support/shop/test-shop.ts';

/**
 * What a duplicate is told while the first submission is in progress, and where its answer comes from
 * afterwards.
 */

const { databaseUrl, proxy, redis } = await openTestShopBehindProxy();

/** What Redis stores for a submission: `p` while it is in progress, `d` and the answer when it is done. */
async function claimOf({ submitToken }: { submitToken: string }): Promise<unknown> {
  const [key = ''] = (await redis.command('KEYS', `*${submitToken}*`)) as string[];
  return redis.command('GET', key);
}

/** Locks the cart against changes while `work` runs. */
async function whileCartIsLocked(cartId: unknown, work: () => Promise<void>): Promise<void> {
  const client = await openClient({ connectionString: databaseUrl });
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM cart WHERE id = $1 FOR UPDATE', [cartId]);
  try {
    await work();
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}

async function told(response: Promise<Response>): Promise<Record<string, unknown>> {
  const { status, headers } = await response;
  const { code, detail } = (await (await response).json()) as { code?: string; detail?: string };
  return { status, code, detail, location: headers.get('location') };
}

test('a duplicate waits two seconds for the first, and so does another tab, and each is told why', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('WAITS'));
  const [body, otherTab] = [await shopper.body(), await shopper.body({ shippingMethod: 'express' })];
  let first: Promise<Response> | undefined;
  await whileCartIsLocked(body.cartId, async () => {
    first = shopper.order(body);
    await expect.poll(() => claimOf(body)).toMatch(/^p/);
    const began = performance.now();
    const [duplicate, another] = await Promise.all([
      told(shopper.order(body)),
      told(shopper.order(otherTab)),
    ]);
    expect(performance.now() - began).toBeGreaterThan(1_900);
    expect(duplicate).toEqual({
      status: 409,
      code: 'in_progress',
      detail: expect.stringContaining('Your order has been received'),
      location: `/api/submissions/${body.submitToken}`,
    });
    expect(another).toEqual({
      status: 409,
      code: 'in_progress',
      detail: expect.stringContaining('Another order of yours'),
      location: `/api/submissions/${otherTab.submitToken}`,
    });
  });
  expect((await first)?.status).toBe(201);
  expect((await told(shopper.order(otherTab))).status).toBe(200);
  expect((await soldOf('WAITS')).orders).toBe(1);
});

test('a submission whose owner died after its commit is answered from the database while its claim exists', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('DIED'));
  const body = await shopper.body();
  const bytes = await (await shopper.order(body)).text();
  await expect.poll(() => claimOf(body)).toMatch(/^d/);
  const [key = ''] = (await redis.command('KEYS', `*${body.submitToken}*`)) as string[];
  await redis.command('SET', key, `p${crypto.randomUUID()}`);
  const again = await shopper.order(body);
  expect([again.status, await again.text()]).toEqual([201, bytes]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await claimOf(body)).toMatch(/^p/);
});

// What broke: Redis answered by itself, even if the database had lost the order since.
test('a submission that is done waits for the database’s confirmation, and is told to retry', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('DONE'));
  const body = await shopper.body();
  const bytes = await (await shopper.order(body)).text();
  // The claim is completed after the answer.
  await expect.poll(() => claimOf(body)).toMatch(/^d/);
  proxy.silence();
  expect(await told(shopper.order(body))).toEqual({
    status: 409,
    code: 'in_progress',
    detail: expect.stringContaining('Your order has been received'),
    location: `/api/submissions/${body.submitToken}`,
  });
  // New connections work once the shop has given up the silent ones.
  const again = await shopper.orderUntilSettled(body);
  expect([again.status, await again.text()]).toEqual([201, bytes]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await told(shopper.order({ ...body, email: 'eve@example.com' }))).toMatchObject({
    status: 422,
    code: 'key_reused',
  });
});
