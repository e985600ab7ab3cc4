import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { seed } from '#prisma/seed.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { startApp, urlOf } from '#scripts/launch/parts/app.ts';
import { AppLog } from '#scripts/launch/parts/app-log.ts';
import { ensureBuild } from '#scripts/launch/parts/build.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { describeCatalogueChanges } from '#tests/support/contract/catalogue-changes.ts';
import { describeCatalogueDoors } from '#tests/support/contract/catalogue-doors.ts';
import { contractEnv, describeContract } from '#tests/support/contract/contract.ts';
import { describeDoors } from '#tests/support/contract/doors.ts';
import { describeSecurity } from '#tests/support/contract/security.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * The contract and hostile clients, against the shop as it is deployed: server.ts in its own process, from a
 * production build. Orders bypass Next's router, and everything else goes through it. The catalogue is the
 * one of `npm start`, so that later browser tests can reuse the build.
 */

const root = path.resolve(import.meta.dirname, '..', '..');
const shop = await openTestShop({ env: contractEnv });
await seed({ connectionString: shop.databaseUrl, log: () => undefined });

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-host-'));
const { signal } = new AbortController();
const variables = { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1' };
await ensureBuild({
  root,
  logFile: path.join(folder, 'build.log'),
  // Pages are built for the same kind of simulator as in the browser tests.
  variables: { ...variables, STRIPE_SECRET_KEY: 'sk_test_build' },
  signal,
});

/** A database URL whose connections tell the server this name, so that a test can find their statements. */
function namedAs(application: string, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', application);
  return url.href;
}

/** Starts server.ts on that build, with these additional variables. */
async function open(name: string, own: Record<string, string>) {
  const port = await choosePort();
  const url = urlOf('127.0.0.1', port);
  const log = new AppLog(path.join(folder, name), { chatty: false });
  const app = await startApp({
    root,
    variables: { ...variables, PORT: String(port), ...own },
    url,
    log,
    onSpawn: () => undefined,
    signal,
  });
  afterAll(() => app.stop());
  return { url, logFile: log.file };
}

afterAll(() => rm(folder, { recursive: true, force: true }));
const exposed = await open('exposed', { LOG_LEVEL: 'warn' });
const local = await open('local', { LOCAL_SHOP: '1', METRICS_TOKEN: '' });
const proxied = await open('proxied', {
  LOG_LEVEL: 'warn',
  LOCAL_SHOP: '1',
  METRICS_TOKEN: '',
  PUBLIC_URL: 'https://shop.example',
  ALLOWED_HOSTS: 'balancer.internal',
});
const narrow = await open('narrow', {
  LOG_LEVEL: 'warn',
  PUBLIC_URL: 'http://shop.example',
  DATABASE_CONNECTIONS: '1',
  DATABASE_URL: namedAs('narrow', shop.databaseUrl),
});

const { url } = exposed;
describeContract({ shop, call: callUrl(url), origin: url });
describeSecurity(url);
describeDoors({ exposed, local, proxied });
describeCatalogueDoors({ open: local, narrow });
describeCatalogueChanges([exposed.url, local.url]);
