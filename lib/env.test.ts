import { expect, test, vi } from 'vitest';
import { isSecure } from '#lib/env.ts';

test('on Vercel, which serves over TLS alone, cookies are Secure without a public address set', () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', '');
  vi.stubEnv('VERCEL', '1');
  expect(isSecure()).toBe(true);
});
