import { choosePort } from '#scripts/services/ports.ts';
import { type Child, listens, startChild } from './child.ts';

/** Packages, a build and the services, on a busy machine. */
const startLimitMs = 900_000;

/**
 * Starts the shop of a checkout with `npm start`'s own launcher, which installs and builds what is missing. The
 * shop has its own port and its data in `dataDir`. With the payment simulator it accepts test cards.
 */
export async function launchShop(options: {
  /** The folder of the checkout. */
  checkout: string;
  dataDir: string;
  logFile: string;
}): Promise<Child & { origin: string }> {
  const { checkout, dataDir, logFile } = options;
  const port = await choosePort();
  const origin = `http://127.0.0.1:${port}`;
  const shop = await startChild({
    command: process.execPath,
    args: ['scripts/bootstrap.mjs', 'scripts/start.ts'],
    variables: {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: '',
      PUBLIC_URL: '',
      // Without a provider key, the launcher starts the payment simulator.
      STRIPE_SECRET_KEY: '',
      // One shopper orders more often than people do.
      RATE_LIMIT_SHOPPER_PER_MIN: '0',
      RATE_LIMIT_IP_PER_MIN: '0',
    },
    cwd: checkout,
    logFile,
    startLimitMs,
    ready: async () => {
      if (!(await listens(port))) return false;
      const answer = await fetch(`${origin}/api/ready`).catch(() => undefined);
      return answer?.ok ?? false;
    },
  });
  return { ...shop, origin };
}
