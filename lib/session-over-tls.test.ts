import { beforeAll, expect, test, vi } from 'vitest';
import { sealSession, sessionOf, sessionOrNew } from '#lib/session.ts';

// No operator has ended any of these: tests/sessions.test.ts.
vi.mock('#lib/session-revocations.ts', () => ({ isRevoked: async () => false }));

const [ada, bob] = ['4be0643f-1d98-473b-97cd-ca98a65347dd', '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'];

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'current-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', 'https://shop.test');
});

const requestWith = (cookie: string) => new Request('https://shop.test/', { headers: { cookie } });

test('over TLS the cookie can be set by the shop’s own host alone', async () => {
  const { headers } = await sessionOrNew(requestWith(''));
  // A browser takes a cookie with this prefix only with these attributes and without a Domain.
  expect(headers['set-cookie']).toMatch(
    /^__Host-once_session=[^;]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test('a session under the old name is kept and moves to the new one, which counts from then on', async () => {
  const old = `once_session=${sealSession(ada)}`;
  const { userId, headers } = await sessionOrNew(requestWith(old));
  expect(userId).toBe(ada);
  const moved = headers['set-cookie']?.split(';')[0] ?? '';
  expect(moved).toMatch(/^__Host-once_session=/);
  expect(await sessionOrNew(requestWith(`${old}; ${moved}`))).toEqual({ userId: ada, headers: {} });
  // Another host of the domain may set a cookie of the old name, wherever it stands.
  const planted = `once_session=${sealSession(bob)}`;
  for (const both of [`${planted}; ${moved}`, `${moved}; ${planted}`])
    expect(await sessionOf(requestWith(both))).toBe(ada);
});
