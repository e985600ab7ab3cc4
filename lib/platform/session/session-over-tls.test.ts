import { beforeAll, expect, test, vi } from 'vitest';
import { sealSession, sessionOf, sessionOrNew } from '#lib/platform/session/session.ts';
import { sign } from '#lib/platform/signing.ts';

// None of these sessions is revoked. For revocation see tests/platform/sessions.test.ts.
vi.mock('#lib/platform/session/session-revocations.ts', () => ({ isRevoked: async () => false }));

const [ada, bob] = ['4be0643f-1d98-473b-97cd-ca98a65347dd', '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'];

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'current-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', 'https://shop.test');
});

const requestWith = (cookie: string) => new Request('https://shop.test/', { headers: { cookie } });

test('over TLS, only the shop’s own host can set the session cookie', async () => {
  const { headers } = await sessionOrNew(requestWith(''));
  // A browser accepts a cookie with this prefix only with these attributes and without a Domain.
  expect(headers['set-cookie']).toMatch(
    /^__Host-once_session=[^;]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/,
  );
});

/** A cookie with the name and format that the shop used until the end of November 2026. */
const untimed = (userId: string) =>
  `once_session=${userId}.${sign('once.session.v1', userId).toString('base64url')}`;

test('a session under the old cookie name moves to the new name, which wins from then on', async () => {
  const old = untimed(ada);
  const { shopper, headers } = await sessionOrNew(requestWith(old));
  expect(shopper).toEqual({ shopperId: ada });
  const moved = headers['set-cookie']?.split(';')[0] ?? '';
  expect(moved).toMatch(/^__Host-once_session=/);
  expect(await sessionOrNew(requestWith(`${old}; ${moved}`))).toEqual({
    shopper: { shopperId: ada },
    headers: {},
  });
  // Another host of the domain may set a cookie with the old name, before or after the new one.
  const planted = `once_session=${sealSession(bob)}`;
  for (const both of [`${planted}; ${moved}`, `${moved}; ${planted}`])
    expect(await sessionOf(requestWith(both))).toEqual({ shopperId: ada });
});

// What broke: another host of the domain gave a new shopper its own session, and then saw and cancelled
// their order.
test('a session that another host of the domain plants under the old name is not accepted', async () => {
  const planted = `once_session=${sealSession(bob)}`;
  expect(await sessionOf(requestWith(planted))).toBeUndefined();
  const { shopper, headers } = await sessionOrNew(requestWith(planted));
  expect(shopper.shopperId).not.toBe(bob);
  expect(headers['set-cookie']).toMatch(new RegExp(`^__Host-once_session=${shopper.shopperId}\\.`));
});
