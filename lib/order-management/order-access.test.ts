import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';

const now = new Date('2026-11-24T12:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 24 * 3_600_000);
const access = { userId: randomUUID(), orderId: randomUUID(), issuedAt: now };
const current = 'the-secret-of-these-tests-0123456789';

/** Imports the functions anew with these secrets, because the configuration is read only once. */
async function under(secret: string, { old = '', next = '' } = {}) {
  vi.resetModules();
  vi.stubEnv('DATABASE_URL', 'postgresql://localhost/none');
  vi.stubEnv('ONCE_SECRET', secret);
  vi.stubEnv('ONCE_SECRETS_OLD', old);
  vi.stubEnv('ONCE_SECRETS_NEXT', next);
  vi.stubEnv('PUBLIC_URL', 'https://shop.test');
  const { openOrderAccess, orderAccessUrl, sealOrderAccess } = await import(
    '#lib/order-management/order-access.ts'
  );
  const { sessionOf } = await import('#lib/platform/session/session.ts');
  return { openOrderAccess, orderAccessUrl, sealOrderAccess, sessionOf };
}

beforeEach(() => vi.unstubAllEnvs());

test('a link opens only its own order', async () => {
  const { sealOrderAccess, openOrderAccess } = await under(current);
  const sealed = sealOrderAccess(access);
  expect(openOrderAccess(sealed, access.orderId, now)).toBe(access.userId);
  expect(openOrderAccess(sealed, randomUUID(), now)).toBeUndefined();
});

test('a link is valid for half a year', async () => {
  const { sealOrderAccess, openOrderAccess } = await under(current);
  const sealed = sealOrderAccess(access);
  expect(openOrderAccess(sealed, access.orderId, later(179))).toBe(access.userId);
  expect(openOrderAccess(sealed, access.orderId, later(181))).toBeUndefined();
});

test('a link stays valid after a change of the secret while the old secret is accepted', async () => {
  const sealed = (await under(current)).sealOrderAccess(access);
  const next = 'the-next-secret-of-these-tests-9876543210';
  expect((await under(next, { old: current })).openOrderAccess(sealed, access.orderId, now)).toBe(
    access.userId,
  );
  expect((await under(next)).openOrderAccess(sealed, access.orderId, now)).toBeUndefined();
});

test('a link of a server that signs with the next secret opens at a server that signs with the current one', async () => {
  const next = 'the-next-secret-of-these-tests-9876543210';
  const sealed = (await under(next, { old: current })).sealOrderAccess(access);
  expect((await under(current, { next })).openOrderAccess(sealed, access.orderId, now)).toBe(access.userId);
});

test('a link with one bit changed, or any other text, opens nothing', async () => {
  const { sealOrderAccess, openOrderAccess } = await under(current);
  const bytes = Buffer.from(sealOrderAccess(access), 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openOrderAccess(changed.toString('base64url'), access.orderId, now)).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(openOrderAccess(text, access.orderId, now)).toBeUndefined();
    }),
  );
});

test('the content of a link cannot be used as a session', async () => {
  const { sealOrderAccess, sessionOf } = await under(current);
  const bytes = Buffer.from(sealOrderAccess(access), 'base64url');
  const mac = bytes.subarray(-32).toString('base64url');
  const cookie = `__Host-once_session=${access.userId}.${mac}`;
  expect(await sessionOf(new Request('https://shop.test', { headers: { cookie } }))).toBeUndefined();
});

test('a link for an email has the URL of the order page and a valid signature', async () => {
  const { orderAccessUrl, openOrderAccess } = await under(current);
  const url = new URL(orderAccessUrl(access));
  expect([url.origin, url.pathname]).toEqual(['https://shop.test', `/orders/${access.orderId}`]);
  expect(openOrderAccess(url.searchParams.get('access') ?? '', access.orderId, now)).toBe(access.userId);
});
