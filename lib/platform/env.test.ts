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
  ['BACKUP_KEPT_DAYS', '0', 'BACKUP_KEPT_DAYS must be 1 or more'],
  ['NODE_ENV', 'staging', 'NODE_ENV must be one of development, production, test'],
  ['UPSTASH_REDIS_REST_URL', 'redis', 'UPSTASH_REDIS_REST_URL must be a URL'],
  ['SHOP_TIME_ZONE', 'Mars/Olympus', 'SHOP_TIME_ZONE must be a time zone like Europe/Berlin'],
  ['CONTACT_EMAIL', 'Shop <help@shop.example>', 'CONTACT_EMAIL must be an email address'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', 'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL like http://'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', 'OTEL_EXPORTER_OTLP_HEADERS must be pairs like authorization='],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz', 'OTEL_EXPORTER_OTLP_HEADERS must be pairs like authorization='],
  ['OTEL_TRACES_SAMPLER_ARG', '1%', 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
  ['OTEL_TRACES_SAMPLER_ARG', '2', 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
  ['ONCE_SECRET', 'short', 'ONCE_SECRET must have at least 32 characters'],
  ['ONCE_SECRETS_OLD', `${'x'.repeat(32)},`, 'ONCE_SECRETS_OLD has an empty entry'],
  ['ONCE_SECRETS_OLD', `${'x'.repeat(31)}`, 'ONCE_SECRETS_OLD must have at least 32 characters'],
  ['ONCE_SECRETS_NEXT', `${'x'.repeat(32)}, ${'y'.repeat(16)}`, 'ONCE_SECRETS_NEXT must have at least 32'],
  ['METRICS_TOKEN', ',a-token-of-the-metrics', 'METRICS_TOKEN has an empty entry: write one comma'],
  ['METRICS_TOKEN', ' ', 'METRICS_TOKEN has an empty entry'],
  ['METRICS_TOKEN', 'a-token-with-a,comma', 'METRICS_TOKEN is a list, because it has a comma'],
  ['CRON_SECRET', 'a-secret-of-the-clock,,another-one-of-it', 'CRON_SECRET has an empty entry'],
  ['CRON_SECRET', 'short', 'CRON_SECRET must have at least 16 characters'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_of-the-provider,', 'STRIPE_WEBHOOK_SECRET has an empty entry'],
  [
    'ORDER_WEBHOOK_SECRET',
    `whsec_${'x'.repeat(32)},${'x'.repeat(32)}`,
    'ORDER_WEBHOOK_SECRET must be whsec_',
  ],
])('%s=%s is refused, and the error says what is allowed', (name, value, words) => {
  const set = { DATABASE_URL: 'postgresql://127.0.0.1/none', ONCE_SECRET: 'x'.repeat(32) };
  expect(() => parseEnv({ ...set, [name]: value })).toThrow(words);
});

test('headers for a collector are pairs with encoded values', () => {
  const set = { DATABASE_URL: 'postgresql://127.0.0.1/none', ONCE_SECRET: 'x'.repeat(32) };
  const headers = 'authorization=Bearer%20a%2Cb==, x-tenant=shop';
  expect(parseEnv({ ...set, OTEL_EXPORTER_OTLP_HEADERS: headers }).OTEL_EXPORTER_OTLP_HEADERS).toEqual({
    authorization: 'Bearer a,b==',
    'x-tenant': 'shop',
  });
});

test('a webhook URL without its signing secret is refused', () => {
  const set = {
    DATABASE_URL: 'postgresql://127.0.0.1/none',
    ONCE_SECRET: 'a-secret-of-at-least-32-characters',
    ORDER_WEBHOOK_URL: 'https://receiver.test/events',
  };
  expect(() => parseEnv(set)).toThrow('ORDER_WEBHOOK_SECRET is missing');
  const secret = `whsec_${Buffer.alloc(24, 'x').toString('base64')}`;
  expect(parseEnv({ ...set, ORDER_WEBHOOK_SECRET: secret }).ORDER_WEBHOOK_SECRET).toEqual([secret]);
});

test('secrets are lists while one replaces another, with or without spaces', () => {
  const set = { DATABASE_URL: 'postgresql://127.0.0.1/none', ONCE_SECRET: 'x'.repeat(32) };
  const two = ['the first one of them', 'the second one of them'];
  for (const separator of [',', ', ', ' ,\n']) {
    expect(parseEnv({ ...set, METRICS_TOKEN: two.join(separator) }).METRICS_TOKEN).toEqual(two);
  }
  // A single one may be short, as before, and an empty variable counts as not set.
  expect(parseEnv({ ...set, METRICS_TOKEN: 'short', CRON_SECRET: '' })).toMatchObject({
    METRICS_TOKEN: ['short'],
    CRON_SECRET: [],
  });
});

test('no message about a secret repeats it', () => {
  const set = { DATABASE_URL: 'postgresql://127.0.0.1/none', ONCE_SECRET: 'hidden-and-short' };
  const wrong = { METRICS_TOKEN: 'hidden,piece', ORDER_WEBHOOK_SECRET: 'hidden', ONCE_SECRETS_OLD: 'hidden' };
  expect(() => parseEnv({ ...set, ...wrong })).toThrow('METRICS_TOKEN');
  expect(() => parseEnv({ ...set, ...wrong })).not.toThrow('hidden');
});
