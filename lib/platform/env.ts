import { isIP } from 'node:net';
import { z } from 'zod';
import { limitVariables, needsChallengeKeys } from '#lib/platform/env-limits.ts';
import { tracingVariables } from '#lib/platform/tracing/tracing-variables.ts';

/**
 * All configuration; no other file reads it. `npm start` sets what a fresh clone lacks (embedded database,
 * a Redis it found, a generated secret). On every other host the operator sets it.
 */

const flag = z.enum(['0', '1']).transform((value) => value === '1');
const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
/** Values separated by commas. */
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  );

/** Pieces shorter than this are no list: one secret had a comma in it, and would now be several weak ones. */
const listedSecretMin = 16;
/** For the shop's own secrets, which sign cookies. */
const ownSecretMin = 32;

/** One secret, or several separated by commas while one replaces another: docs/operations.md, "Secrets". */
const secrets = z
  .string()
  .optional()
  .transform((text) => text?.split(',').map((secret) => secret.trim()) ?? [])
  .refine((all) => all.every(Boolean), {
    error: 'has an empty entry: write one comma between two secrets, and none before or after them',
    abort: true,
  })
  .refine((all) => all.length < 2 || all.every((secret) => secret.length >= listedSecretMin), {
    error: `is a list, because it has a comma, and an entry has fewer than ${listedSecretMin} characters: a secret must not contain a comma`,
    abort: true,
  });

const secretsOf = (minLength: number) =>
  secrets.refine((all) => all.every((secret) => secret.length >= minLength), {
    error: `must have at least ${minLength} characters`,
  });

const schema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    DATA_DIR: z.string().min(1).default('.data'),
    /** Where the embedded database archives its WAL and keeps base backups. `none` ends that. */
    BACKUP_DIR: z.string().min(1).optional(),
    /** For how many days the embedded database can be restored to every moment. */
    BACKUP_KEPT_DAYS: z.coerce.number().int().min(1).max(3_650).default(7),
    DATABASE_URL: z
      .string({ error: 'is missing: npm start and npm run dev start a database and set it' })
      .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://'),
    /** Connections of the order writer. Each has one batch in flight. */
    WRITER_CONNECTIONS: z.coerce.number().int().min(1).max(16).default(1),
    /** Connections for everything else: pages, carts, lookups. */
    DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(100).default(10),
    REDIS_URL: z
      .string()
      .regex(/^(rediss?:\/\/|memory:)/, 'must start with redis://, rediss:// or memory:')
      .optional(),
    UPSTASH_REDIS_REST_URL: z.url().optional(),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
    ONCE_SECRET: z
      .string({ error: 'is missing: set it to at least 32 random characters' })
      .min(ownSecretMin, `must have at least ${ownSecretMin} characters`),
    /** Future secrets, separated by commas. Already accepted, so that another server may sign with them. */
    ONCE_SECRETS_NEXT: secretsOf(ownSecretMin),
    /** Earlier secrets, separated by commas. Still accepted, but not used to sign. */
    ONCE_SECRETS_OLD: secretsOf(ownSecretMin),
    RATE_LIMIT_SHOPPER_PER_MIN: count(10),
    RATE_LIMIT_IP_PER_MIN: count(300),
    ...limitVariables,
    /** How long an unpaid order keeps its stock, in minutes. */
    HOLD_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .max(7 * 24 * 60)
      .default(15),
    /** The shop's time zone: dates in pages and emails, and the working days of a delivery, are in it. */
    SHOP_TIME_ZONE: z
      .string()
      .default('UTC')
      .refine(isTimeZone, { error: 'must be a time zone like Europe/Berlin' }),
    /** The largest total of an invoice order, in minor units. 0 turns invoices off. */
    INVOICE_MAX_MINOR: count(100_000),
    /** How long an invoice order keeps its stock until it is paid or shipped, in days. */
    INVOICE_HOLD_DAYS: z.coerce.number().int().min(1).max(365).default(14),
    /** Items in one order. 0 means no limit, also for the limits on unpaid orders below. */
    ORDER_MAX_UNITS: count(500),
    /** Open invoice orders of one shopper, and of one email address. */
    UNPAID_INVOICES_PER_PERSON: count(30),
    /** Card orders of one shopper, and of one email address, that wait for another card or for the bank. */
    UNPAID_CARDS_PER_PERSON: count(3),
    /** Items in the open unpaid orders of one shopper, and of one email address. */
    UNPAID_UNITS_PER_PERSON: count(100),
    /** The total of all open invoice orders of one person, in minor units. */
    UNPAID_MINOR_PER_PERSON: count(200_000),
    /** Open invoice orders, and open card orders, from one network. The default is in unpaid-policy.ts. */
    UNPAID_ORDERS_PER_NETWORK: z.coerce.number().int().min(0).optional(),
    /** Items in the open unpaid orders from one network. */
    UNPAID_UNITS_PER_NETWORK: z.coerce.number().int().min(0).optional(),
    /** The longest time that an unpaid order keeps its stock, however many cards are tried, in minutes. */
    HOLD_TOTAL_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .max(30 * 24 * 60)
      .default(60),
    /** How long an order keeps its stock while a bank processes its payment, in days. */
    PROCESSING_HOLD_DAYS: z.coerce.number().int().min(1).max(60).default(14),
    /** Where shoppers can write to the shop. Pages give this address, or none if it is not set. */
    CONTACT_EMAIL: z.email('must be an email address').optional(),
    /** Gets emails about disputes, and about refunds that the provider refuses. */
    OPERATOR_EMAIL: z.email('must be an email address').optional(),
    /** Charge immediately, or authorise now and capture when the order is fulfilled. */
    PAYMENT_CAPTURE: z.enum(['automatic', 'manual']).default('automatic'),
    STRIPE_SECRET_KEY: z.string().min(1).optional(),
    /** Any server with Stripe's API. In development this is the payment simulator. */
    STRIPE_API_BASE: z.url().default('https://api.stripe.com'),
    /** An event is accepted if it is signed with any of them. */
    STRIPE_WEBHOOK_SECRET: secrets,
    /** If set, the browser shows Stripe's Payment Element, else the simulator's test cards. */
    STRIPE_PUBLISHABLE_KEY: z.string().min(1).optional(),
    SMTP_URL: z
      .string()
      .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
      .optional(),
    MAIL_FROM: z.string().min(3).default('Once <orders@once.example>'),
    /**
     * Set by `npm start` and `npm run dev` for a shop that only this machine can reach. Development
     * features such as /mailbox exist only then. lib/platform/exposure.ts lists what overrides it.
     */
    LOCAL_SHOP: flag.default(false),
    /** The webhook URL for order events, which are signed with each ORDER_WEBHOOK_SECRET (whsec_…). */
    ORDER_WEBHOOK_URL: z.url().optional(),
    ORDER_WEBHOOK_SECRET: secrets.refine(
      (all) => all.every((secret) => /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)),
      { error: 'must be whsec_ and at least 24 bytes in base64' },
    ),
    /** Jobs that one worker runs concurrently. */
    JOB_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(5),
    /** How often an idle worker polls for jobs, in milliseconds. */
    JOB_POLL_MS: z.coerce.number().int().min(50).max(60_000).default(1_000),
    /** A caller presents any of them. */
    CRON_SECRET: secretsOf(16),
    /** Tells this process's metrics from those of others with its role. Set for the processes of one start. */
    PROCESS_NUMBER: z.coerce.number().int().min(1).max(64).default(1),
    WEB_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
    PUBLIC_URL: z.url().optional(),
    /** Addresses of trusted reverse proxies, separated by commas. Only their X-Forwarded-For is used. */
    TRUSTED_PROXIES: list.refine((entries) => entries.every(isAddressOrNetwork), {
      error: 'must be addresses or networks like 10.0.0.7, 10.0.0.0/8 or fd00::/8, separated by commas',
    }),
    /**
     * Further host names of the shop besides that of PUBLIC_URL, separated by commas and without ports, for
     * example internal names of load balancers. A request for any other name gets 421.
     */
    ALLOWED_HOSTS: list
      .transform((names) => names.map((name) => name.toLowerCase()))
      .refine(
        (names) => names.every((name) => /^(?:[\w-]+(?:\.[\w-]+)*|[\d.]+|\[[\da-f:.]+\])$/.test(name)),
        {
          error: 'must be host names or addresses without ports, like shop.internal or [fd00::7]',
        },
      ),
    /** A caller presents any of them. */
    METRICS_TOKEN: secrets,
    ...tracingVariables,
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    /** Set by Next while it builds. */
    NEXT_PHASE: z.string().optional(),
    /** Set by Vercel. There, only Vercel's proxy can set x-real-ip. */
    VERCEL: flag.default(false),
    /** Set by Vercel: the host name of the production deployment, without a scheme. */
    VERCEL_PROJECT_PRODUCTION_URL: z.string().min(1).optional(),
  })
  .refine((env) => !/^(sk|rk)_live_/.test(env.STRIPE_SECRET_KEY ?? '') || env.STRIPE_WEBHOOK_SECRET.length, {
    path: ['STRIPE_WEBHOOK_SECRET'],
    error: 'is missing: without it the shop cannot check the events of a live provider',
  })
  .refine((env) => !env.UPSTASH_REDIS_REST_URL === !env.UPSTASH_REDIS_REST_TOKEN, {
    path: ['UPSTASH_REDIS_REST_TOKEN'],
    error: 'UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN go together: set both or neither',
  })
  .refine((env) => !needsChallengeKeys(env) || (env.CHALLENGE_SITE_KEY && env.CHALLENGE_SECRET_KEY), {
    path: ['CHALLENGE_SITE_KEY'],
    error: 'and CHALLENGE_SECRET_KEY are missing: the service of CHALLENGE_KIND provides them',
  })
  .refine((env) => !env.ORDER_WEBHOOK_URL || env.ORDER_WEBHOOK_SECRET.length, {
    path: ['ORDER_WEBHOOK_SECRET'],
    error: 'is missing: the receiver at ORDER_WEBHOOK_URL needs it to check that an event is from this shop',
  });

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function isAddressOrNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  const inRange =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32));
  return version !== 0 && inRange && rest.length === 0;
}

export type Env = z.infer<typeof schema>;

/** Validates a set of variables. Throws one error that names every invalid variable. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  // An empty variable counts as not set: compose files and CI write it that way.
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set, { error: wordsForIssue });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  throw new Error(`The configuration is not valid:\n${problems.join('\n')}`);
}

/** The error message for rules without their own. It never repeats the value, which may be a secret. */
const wordsForIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int' ? 'must be a whole number' : undefined;
    case 'too_big':
      return issue.origin === 'string'
        ? `may have at most ${issue.maximum} characters`
        : `must be ${issue.maximum} or less`;
    case 'too_small':
      return issue.origin === 'string'
        ? `must have at least ${issue.minimum} characters`
        : `must be ${issue.minimum} or more`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be a URL' : undefined;
    default:
      return undefined;
  }
};

let cached: Env | undefined;

/** The process's configuration, validated on first use and cached. */
export function env(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}

/** The base URL of all links to this shop: on its pages, in emails and in webhooks. */
export function siteUrl(): URL {
  const { PUBLIC_URL, VERCEL_PROJECT_PRODUCTION_URL: host, HOST, PORT } = env();
  if (PUBLIC_URL || host) return new URL(PUBLIC_URL ?? `https://${host}`);
  // The URL that npm start prints. Under another host name the browser would not send its session cookie.
  const name = ['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST;
  return new URL(`http://${name.includes(':') ? `[${name}]` : name}:${PORT}`);
}

/** Whether browsers reach the shop over TLS, so that its cookies may be `Secure`. */
export function isSecure(): boolean {
  const { PUBLIC_URL, VERCEL } = env();
  return VERCEL || (PUBLIC_URL?.startsWith('https:') ?? false);
}
