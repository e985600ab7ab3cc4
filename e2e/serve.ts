import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverArgs } from '#scripts/launch/server-args.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { runningPostgres } from '#scripts/services/postgres.ts';

/**
 * Starts a shop for the browser tests with the real launcher. It uses its own port and data folder, so
 * that it doesn't use or disturb a running shop. Exits when the shop exits.
 */

const root = path.resolve(import.meta.dirname, '..');
const readyPollMs = 250;

const dataDir = await mkdtemp(path.join(tmpdir(), 'once-e2e-'));
const port = await choosePort();
const shop = spawn(process.execPath, [path.join(root, 'scripts', 'start.ts')], {
  cwd: root,
  // The launcher's progress goes to stderr, which is shown only after a failure. stdout gets the one
  // line below.
  stdio: ['ignore', 2, 2],
  env: {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    PUBLIC_URL: '',
    CONTACT_EMAIL: 'help@once.example',
    // Without a provider key, the launcher starts the payment simulator.
    STRIPE_SECRET_KEY: '',
    // All shoppers of the suite share one IP address, and order more often than people do.
    RATE_LIMIT_SHOPPER_PER_MIN: '0',
    RATE_LIMIT_IP_PER_MIN: '0',
    // One test has this many declined cards on purpose; the others have fewer.
    DECLINES_PER_SHOPPER: '4',
  },
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shop.kill(signal));
shop.on('exit', async (code, signal) => {
  await rm(dataDir, { recursive: true, force: true });
  process.exit(code ?? (signal ? 1 : 0));
});

await whenReady(port);
const simulator = JSON.parse(await readFile(path.join(dataDir, 'till', 'settings.json'), 'utf8')) as {
  port: number;
  secretKey: string;
};
const elementPort = await openElementShop();
process.stdout.write(
  `the shop is open on port ${port}, its simulator on port ${simulator.port}, with a card form on port ${elementPort}\n`,
);

/**
 * Starts the same shop again with a provider's publishable key, so that its pages accept cards in the
 * provider's own form. It uses the same database, simulator and build, and runs as one process.
 */
async function openElementShop(): Promise<number> {
  const elementPort = await choosePort();
  const second = spawn(process.execPath, serverArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      // Its shoppers share one email address, which an exposed shop would rate-limit.
      LOCAL_SHOP: '1',
      PORT: String(elementPort),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      DATABASE_URL: await runningPostgres(dataDir),
      REDIS_URL: 'memory:',
      ONCE_SECRET: randomBytes(32).toString('hex'),
      PUBLIC_URL: '',
      STRIPE_SECRET_KEY: simulator.secretKey,
      STRIPE_API_BASE: `http://127.0.0.1:${simulator.port}`,
      STRIPE_PUBLISHABLE_KEY: 'pk_test_e2e',
      RATE_LIMIT_SHOPPER_PER_MIN: '0',
      RATE_LIMIT_IP_PER_MIN: '0',
    },
  });
  // The first shop stops the shared database, so this one must stop earlier.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.prependListener(signal, () => second.kill());
  shop.on('exit', () => second.kill());
  await whenReady(elementPort);
  return elementPort;
}

async function whenReady(port: number): Promise<void> {
  while (!(await isReady(port))) await new Promise((resolve) => setTimeout(resolve, readyPollMs));
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/ready`)).ok;
  } catch {
    return false;
  }
}
