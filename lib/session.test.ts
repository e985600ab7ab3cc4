import { beforeAll, expect, test, vi } from 'vitest';
import { openSession, sealSession, sessionOf, sessionOrNew } from '#lib/session.ts';

const [ada, bob] = ['4be0643f-1d98-473b-97cd-ca98a65347dd', '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10'];

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'current-secret-of-at-least-32-characters');
});

const requestWith = (cookie: string) => new Request('http://shop.test/', { headers: { cookie } });

test('a session that we sealed is opened, and one that anybody else made is not', () => {
  expect(openSession(sealSession(ada))).toBe(ada);
  const [, mac] = sealSession(ada).split('.');
  for (const forged of [
    undefined,
    '',
    ada,
    `${bob}.${mac}`,
    `${ada}.${'A'.repeat(43)}`,
    `${sealSession(ada)}x`,
  ]) {
    expect(openSession(forged)).toBeUndefined();
  }
});

test('a session has one spelling', () => {
  // What broke: the last letter's two unused bits made four cookies of one, each with its own limits at the edge.
  const sealed = sealSession(ada);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const spellings = Array.from(alphabet, (letter) => sealed.slice(0, -1) + letter);
  expect(spellings.filter((spelling) => openSession(spelling) !== undefined)).toEqual([sealed]);
});

test('where the cookie stands twice the last one counts, as on the pages', () => {
  const cookie = `once_session=${sealSession(ada)}; theme=dark; once_session=${sealSession(bob)}`;
  expect(sessionOf(requestWith(cookie))).toBe(bob);
});

test('a new session is made only for who has none', () => {
  const known = sessionOrNew(requestWith(`once_session=${sealSession(ada)}`));
  expect(known).toEqual({ userId: ada, headers: {} });
  const fresh = sessionOrNew(requestWith('once_session=nonsense'));
  const cookie = fresh.headers['set-cookie'] ?? '';
  expect(cookie).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/);
  expect(sessionOf(requestWith(cookie.split(';')[0] ?? ''))).toBe(fresh.userId);
});
