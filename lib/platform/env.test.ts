import { expect, test, vi } from 'vitest';
import { isSecure, parseEnv } from '#lib/platform/env.ts';

test('on Vercel, which serves over TLS alone, cookies are Secure without a public address set', () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', '');
  vi.stubEnv('VERCEL', '1');
  expect(isSecure()).toBe(true);
});

test('an address for order events without the secret to sign them with is refused', () => {
  const set = {
    DATABASE_URL: 'postgresql://127.0.0.1/none',
    ONCE_SECRET: 'a-secret-of-at-least-32-characters',
    ORDER_WEBHOOK_URL: 'https://receiver.test/events',
  };
  expect(() => parseEnv(set)).toThrow('ORDER_WEBHOOK_SECRET is missing');
  const secret = `whsec_${Buffer.alloc(24, 'x').toString('base64')}`;
  expect(parseEnv({ ...set, ORDER_WEBHOOK_SECRET: secret }).ORDER_WEBHOOK_SECRET).toBe(secret);
});
