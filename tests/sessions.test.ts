import { expect, test } from 'vitest';
import { loadRevocations, revokeSessions } from '#lib/session-revocations.ts';
import { startShopProcess } from '#tests/support/another-process.ts';
import { callHandlers, callUrl } from '#tests/support/call.ts';
import { addProduct, soldOf } from '#tests/support/shop.ts';
import { Shopper, shopperWith } from '#tests/support/shopper.ts';
import { openTestShop } from '#tests/support/test-shop.ts';

await openTestShop();
const [old, fresh] = [
  'the secret before the rotation: long enough',
  'the secret after the rotation: long enough',
];

const phases = {
  before: { ONCE_SECRET: old },
  announced: { ONCE_SECRET: old, ONCE_SECRETS_NEXT: fresh },
  signing: { ONCE_SECRET: fresh, ONCE_SECRETS_OLD: old },
  after: { ONCE_SECRET: fresh },
};

test.each([
  ['before', 'announced'],
  ['announced', 'signing'],
  ['signing', 'after'],
] as const)(
  'while one server is in phase "%s" and another in "%s", every shopper is known to both',
  async (one, next) => {
    // What broke: the server that signed with the new secret first made cookies that no other accepted.
    const servers = await Promise.all([startShopProcess(phases[one]), startShopProcess(phases[next])]);
    const [here, there] = servers.map(({ url }) => callUrl(url)) as [
      typeof callHandlers,
      typeof callHandlers,
    ];
    const sku = await addProduct(`ROTATION-${one}`);
    for (const [issuer, taker] of [
      [here, there],
      [there, here],
    ] as const) {
      const shopper = await shopperWith(issuer, sku);
      const body = await shopper.body();
      const elsewhere = new Shopper(taker);
      elsewhere.cookie = shopper.cookie;
      const answer = await elsewhere.order(body);
      expect([answer.status, await answer.json()]).toMatchObject([201, { outcome: 'accepted' }]);
      // The same submission at the server that issued its token is the same order.
      expect((await shopper.order(body)).headers.get('idempotent-replayed')).toBe('true');
    }
    expect(await soldOf(sku)).toEqual({ orders: 2, quantity: 2 });
  },
);

test('an operator ends the sessions of one shopper, and of nobody else', async () => {
  await loadRevocations();
  const sku = await addProduct('REVOKED');
  const [stolen, other] = [await shopperWith(callHandlers, sku), await shopperWith(callHandlers, sku)];
  const body = await stolen.body();
  const userId = stolen.cookie.split('=')[1]?.split('.')[0] ?? '';
  await revokeSessions(userId);
  await loadRevocations();
  expect((await stolen.order(body)).status).toBe(401);
  expect((await stolen.request('/api/orders')).status).toBe(401);
  expect((await other.request('/api/orders')).status).toBe(200);
  // The browser gets a session of its own with the next cart, which is another shopper's.
  await stolen.cart();
  expect(stolen.cookie).not.toContain(userId);
  expect((await stolen.request('/api/orders')).status).toBe(200);
});
