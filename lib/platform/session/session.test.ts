import { beforeAll, expect, test, vi } from 'vitest';
import { sealSession, sessionOf, sessionOrNew } from '#lib/platform/session/session.ts';
import { sign } from '#lib/platform/signing.ts';

// None of these sessions is revoked. For revocation see tests/platform/sessions.test.ts.
vi.mock('#lib/platform/session/session-revocations.ts', () => ({ isRevoked: async () => false }));

const [ada, bob] = ['4be0643f-1d98-473b-97cd-ca98a65347dd', '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'];

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'current-secret-of-at-least-32-characters');
});

const requestWith = (cookie: string) => new Request('http://shop.test/', { headers: { cookie } });

const openSession = (value: string) => sessionOf(requestWith(`once_session=${value}`));

test('a session that the shop signed is accepted, and a forged one is not', async () => {
  expect(await openSession(sealSession(ada))).toEqual({ shopperId: ada });
  const [, time, mac] = sealSession(ada).split('.');
  for (const forged of [
    '',
    ada,
    `${bob}.${time}.${mac}`,
    `${ada}.${mac}`,
    `${ada}.zzzzzz.${mac}`,
    `${ada}.${time}.${'A'.repeat(43)}`,
    `${sealSession(ada)}x`,
  ]) {
    expect(await openSession(forged)).toBeUndefined();
  }
});

test('only one spelling of a session cookie is accepted', async () => {
  // What broke: the two unused bits of the last letter gave one cookie four spellings, each with its own
  // limits at the edge.
  const sealed = sealSession(ada);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted: string[] = [];
  for (const letter of alphabet) {
    const spelling = sealed.slice(0, -1) + letter;
    if (await openSession(spelling)) accepted.push(spelling);
  }
  expect(accepted).toEqual([sealed]);
});

test('if a cookie is sent twice, the last one counts, as on the pages', async () => {
  const cookie = `once_session=${sealSession(ada)}; theme=dark; once_session=${sealSession(bob)}`;
  expect(await sessionOf(requestWith(cookie))).toEqual({ shopperId: bob });
});

test('only a client without a valid session gets a new one', async () => {
  const known = await sessionOrNew(requestWith(`once_session=${sealSession(ada)}`));
  expect(known).toEqual({ shopper: { shopperId: ada }, headers: {} });
  const fresh = await sessionOrNew(requestWith('once_session=nonsense'));
  const cookie = fresh.headers['set-cookie'] ?? '';
  expect(cookie).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/);
  expect(await sessionOf(requestWith(cookie.split(';')[0] ?? ''))).toEqual(fresh.shopper);
});

test('a session ends after 90 days without use, and a use after a day renews it', async () => {
  // What broke: a cookie lasted 400 days, even a stolen one.
  const day = 24 * 3600 * 1000;
  const start = Date.UTC(2027, 0, 1);
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  const cookie = `once_session=${sealSession(ada)}`;
  expect((await sessionOrNew(requestWith(cookie))).headers).toEqual({});
  vi.setSystemTime(start + day);
  const renewed = await sessionOrNew(requestWith(cookie));
  expect(renewed.shopper).toEqual({ shopperId: ada });
  expect(renewed.headers['set-cookie']).toMatch(/^once_session=.*; Max-Age=7776000; /);
  vi.setSystemTime(start + 90 * day);
  expect(await sessionOf(requestWith(cookie))).toBeUndefined();
  expect(await sessionOf(requestWith(renewed.headers['set-cookie']?.split(';')[0] ?? ''))).toEqual({
    shopperId: ada,
  });
  vi.useRealTimers();
});

test('a cookie from before issue times is accepted until browsers have none left, and is replaced', async () => {
  const old = `once_session=${ada}.${sign('once.session.v1', ada).toString('base64url')}`;
  const { shopper, headers } = await sessionOrNew(requestWith(old));
  expect(shopper).toEqual({ shopperId: ada });
  expect(await sessionOf(requestWith(headers['set-cookie']?.split(';')[0] ?? ''))).toEqual({
    shopperId: ada,
  });
  expect(headers['set-cookie']).toContain(`${ada}.`);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2028, 0, 6) });
  expect(await sessionOf(requestWith(old))).toBeUndefined();
  vi.useRealTimers();
});
