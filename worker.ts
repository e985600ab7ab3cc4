import os from 'node:os';
import { parseArgs } from 'node:util';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { shareMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { startTracing, stopTracing } from '#lib/platform/tracing/start-tracing.ts';
import { CannotWork, runWorker } from '#lib/worker/run-worker.ts';
import { orUsage, usageOf } from '#scripts/advice.ts';

/**
 * The process that runs jobs: emails, the outbound webhook, payments with an unknown outcome, and unpaid
 * holds. `npm start` runs one beside the shop. Any number can run by themselves where the shop's variables
 * are set: `npm run worker`.
 */

/**
 * How long a shutdown waits for running jobs before it exits anyway. Another worker runs those jobs again.
 */
const shutdownLimitMs = 20_000;

/** Checks arguments and variables first, because the logger needs the variables. */
function checkStart(): void {
  try {
    orUsage(usageOf(import.meta.filename), () => parseArgs({}));
    env();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

checkStart();

const stopping = new AbortController();

function stop(signal: NodeJS.Signals): void {
  if (stopping.signal.aborted) return;
  logger().info({ signal }, 'stopping');
  setTimeout(() => {
    logger().error('some jobs did not end in time; another worker runs them again');
    process.exit(1);
  }, shutdownLimitMs);
  stopping.abort();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
// Node would print the error with all its properties. Those of a refused database row are personal data.
process.on('uncaughtException', (error) => {
  logger().fatal({ err: error }, 'unexpected error');
  process.exit(1);
});

// If the shop and the worker share a processor, shoppers go first: emails can wait.
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);

let said = false;

/** Writes to the log and notifies the parent process, if one waits for it. */
function sayReady(): void {
  logger().info('running jobs');
  if (said) return;
  said = true;
  process.send?.('ready', () => process.disconnect?.());
}

await startTracing();
await shareMetrics('worker');
try {
  await runWorker({ signal: stopping.signal, onReady: sayReady });
} catch (error) {
  if (!(error instanceof CannotWork)) throw error;
  logger().fatal(`cannot run jobs: ${error.message}`);
  process.exitCode = 1;
}
closeMailer();
await Promise.all([closeDb(), stopTracing()]);
logger().info('stopped');
process.exit();
