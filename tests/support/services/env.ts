import { afterAll } from 'vitest';

const fixed: Record<string, string> = {
  NODE_ENV: 'test',
  ONCE_SECRET: 'the secret of the tests, which is no secret at all',
  // Tests send many orders from one address in a short time. Tests about limits set their own.
  RATE_LIMIT_SHOPPER_PER_MIN: '0',
  RATE_LIMIT_IP_PER_MIN: '0',
  // The same for limits on unpaid orders: the tests pay by invoice and share one email address.
  UNPAID_INVOICES_PER_PERSON: '0',
  UNPAID_CARDS_PER_PERSON: '0',
  UNPAID_UNITS_PER_PERSON: '0',
  UNPAID_MINOR_PER_PERSON: '0',
  UNPAID_ORDERS_PER_NETWORK: '0',
  UNPAID_UNITS_PER_NETWORK: '0',
  CHALLENGE_KIND: 'off',
  MAIL_LIMIT_PER_HOUR: '0',
  MAIL_LIMIT_PER_DAY: '0',
  LOG_LEVEL: 'fatal',
};

/** Variables that the machine's own environment may hold and that no test may use by accident. */
const cleared = [
  'DATABASE_URL',
  'REDIS_URL',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'ONCE_SECRETS_NEXT',
  'ONCE_SECRETS_OLD',
  'TRUSTED_PROXIES',
  'PUBLIC_URL',
  'METRICS_TOKEN',
  'CRON_SECRET',
  'SMTP_URL',
  'LOCAL_SHOP',
  'ALLOWED_HOSTS',
  'ORDER_WEBHOOK_URL',
  'STRIPE_SECRET_KEY',
  'STRIPE_API_BASE',
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_PUBLISHABLE_KEY',
  'PAYMENT_CAPTURE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_SERVICE_NAME',
];

/**
 * Sets the configuration for this test file and restores the old one at its end. Call it before the first
 * call of `env()`, which reads the variables once.
 */
export function useTestEnv(variables: Record<string, string | undefined>): void {
  const before = { ...process.env };
  for (const name of cleared) delete process.env[name];
  for (const [name, value] of Object.entries({ ...fixed, ...variables })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  afterAll(() => {
    process.env = before;
  });
}
