import { expect, test, vi } from 'vitest';
import { isSecure, parseEnv } from '#lib/platform/env.ts';

test('on Vercel, which serves only over TLS, cookies are Secure even without PUBLIC_URL', () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', '');
  vi.stubEnv('VERCEL', '1');
  expect(isSecure()).toBe(true);
});

test.each([
  ['PORT', 'abc', 'PORT must be a whole number'],
  ['PORT', '1.5', 'PORT must be a whole number'],
  ['PORT', '99999', 'PORT must be 65535 or less'],
  ['RATE_LIMIT_IP_PER_MIN', '-1', 'RATE_LIMIT_IP_PER_MIN must be 0 or more'],
  ['NODE_ENV', 'staging', 'NODE_ENV must be one of development, production, test'],
  ['UPSTASH_REDIS_REST_URL', 'redis', 'UPSTASH_REDIS_REST_URL must be a URL'],
  ['SHOP_TIME_ZONE', 'Mars/Olympus', 'SHOP_TIME_ZONE must be a time zone like Europe/Berlin'],
  ['CONTACT_EMAIL', 'Shop <help@shop.example>', 'CONTACT_EMAIL must be an email address'],
  ['ONCE_SECRET', 'short', 'ONCE_SECRET must have at least 32 characters'],
])('%s=%s is refused, and the error says what is allowed', (name, value, words) => {
  const set = { DATABASE_URL: 'postgresql://127.0.0.1/none', ONCE_SECRET: 'x'.repeat(32) };
  expect(() => parseEnv({ ...set, [name]: value })).toThrow(words);
});

test('a webhook URL without its signing secret is refused', () => {
  const set = {
    DATABASE_URL: 'postgresql://127.0.0.1/none',
    ONCE_SECRET: 'a-secret-of-at-least-32-characters',
    ORDER_WEBHOOK_URL: 'https://receiver.test/events',
  };
  expect(() => parseEnv(set)).toThrow('ORDER_WEBHOOK_SECRET is missing');
  const secret = `whsec_${Buffer.alloc(24, 'x').toString('base64')}`;
  expect(parseEnv({ ...set, ORDER_WEBHOOK_SECRET: secret }).ORDER_WEBHOOK_SECRET).toBe(secret);
});
