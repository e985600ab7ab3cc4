import { expect, onTestFinished, test, vi } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { sealSession } from '#lib/platform/session/session.ts';
import { loadRevocations, revokeSessions } from '#lib/platform/session/session-revocations.ts';
import { sign } from '#lib/platform/signing.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

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
  'while one server is in phase "%s" and another in "%s", both accept every shopper’s cookie',
  async (one, next) => {
    // What broke: the first server that signed with the new secret made cookies that no other server
    // accepted.
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
      // The same submission at the server that issued its key is the same order.
      expect((await shopper.order(body)).headers.get('idempotent-replayed')).toBe('true');
    }
    expect(await soldOf(sku)).toEqual({ orders: 2, quantity: 2 });
  },
);

/** Advances the clock of this process without any requests in between. */
function letPass(ms: number): void {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
  }
  vi.advanceTimersByTime(ms);
}

/** A shopper with an order, and a thief with their cookie, which is two days old. */
async function robbedShopper(sku: string) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  const { order } = (await (await shopper.order(await shopper.body())).json()) as { order: { id: string } };
  const { userId } = shopper;
  const thief = new Shopper(callHandlers);
  const twoDaysAgo = Math.floor(Date.now() / 1000) - 2 * 24 * 3600;
  thief.cookie = `once_session=${sealSession(userId, twoDaysAgo)}`;
  return { userId, thief, sku, orderUrl: `/api/orders/${order.id}` };
}

test('an operator ends the sessions of one shopper, and no other sessions', async () => {
  await loadRevocations();
  const sku = await addProduct('REVOKED');
  const [stolen, other] = [await shopperWith(callHandlers, sku), await shopperWith(callHandlers, sku)];
  const body = await stolen.body();
  const { userId } = stolen;
  await revokeSessions(userId);
  await loadRevocations();
  expect((await stolen.order(body)).status).toBe(401);
  expect((await stolen.request('/api/orders')).status).toBe(401);
  expect((await other.request('/api/orders')).status).toBe(200);
  // With the next cart the browser gets a new session, which belongs to another shopper.
  await stolen.cart();
  expect(stolen.cookie).not.toContain(userId);
  expect((await stolen.request('/api/orders')).status).toBe(200);
});

// What broke: after a time without requests, a process answered the first one from its old list of ended
// sessions, however old that was. It gave the ended session a new cookie.
test('after a pause the first request of an ended session is refused, too', async () => {
  const { userId, thief, sku, orderUrl } = await robbedShopper('PAUSE');
  await loadRevocations();
  await revokeSessions(userId);
  letPass(45_000);
  expect((await thief.request(orderUrl)).status).toBe(404);
  letPass(45_000);
  await thief.put(sku, 1);
  expect(thief.cookie).not.toContain(userId);
});

// What broke: a cookie renewed a moment after the end, before the process knew of it, counted as a session
// that started later, and stayed valid.
test('a cookie that an ended session got before the process knew of its end is invalid', async () => {
  const { userId, thief, sku, orderUrl } = await robbedShopper('RENEWED');
  await loadRevocations();
  await revokeSessions(userId);
  letPass(2_500);
  const before = thief.cookie;
  await thief.put(sku, 1);
  expect(thief.cookie).toContain(userId);
  expect(thief.cookie).not.toBe(before);
  letPass(10_000);
  expect((await thief.request(orderUrl)).status).toBe(404);
});

// What broke: the list forgot an end after 91 days, and cookies without an issue time became valid again.
test('an ended cookie without an issue time never becomes valid again', async () => {
  const { userId, thief, orderUrl } = await robbedShopper('UNTIMED');
  thief.cookie = `once_session=${userId}.${sign('once.session.v1', userId).toString('base64url')}`;
  expect((await thief.request(orderUrl)).status).toBe(200);
  await revokeSessions(userId);
  letPass(92 * 24 * 3600 * 1000);
  await loadRevocations();
  expect((await thief.request(orderUrl)).status).toBe(404);
});

test('ending a session is refused if servers would not read that entry', async () => {
  const { userId, thief, orderUrl } = await robbedShopper('MANY');
  await db().$executeRaw`
    INSERT INTO session_revocation (user_id, not_before)
    SELECT gen_random_uuid(), now() - interval '1 hour' FROM generate_series(1, 10000)`;
  await expect(revokeSessions(userId)).rejects.toThrow(/Nothing was changed. Change ONCE_SECRET/);
  await db()
    .$executeRaw`DELETE FROM session_revocation WHERE ctid IN (SELECT ctid FROM session_revocation LIMIT 10)`;
  await revokeSessions(userId);
  await loadRevocations();
  expect((await thief.request(orderUrl)).status).toBe(404);
});
