import os from 'node:os';
import { parseArgs } from 'node:util';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { CannotWork, runWorker } from '#lib/worker/run-worker.ts';
import { orUsage } from '#scripts/advice.ts';
import { usageOf } from '#scripts/usage.ts';

/**
 * The process that runs jobs: mails, the outbound webhook, payments whose end is unknown, holds.
 * Run by `npm start` beside the shop, or by itself, as many as are wanted, wherever the shop's
 * variables are set: `npm run worker`.
 */

/** How long a stop waits for the jobs in work before it ends anyway; they are run again then. */
const shutdownLimitMs = 20_000;

/** What was typed and set, before anything that it says goes to the log, which needs the variables. */
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
    logger().error('some jobs did not end in time; they are run again by another worker');
    process.exit(1);
  }, shutdownLimitMs);
  stopping.abort();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
// Node would print the error with all its properties, and those of a refused row are personal.
process.on('uncaughtException', (error) => {
  logger().fatal({ err: error }, 'unexpected error');
  process.exit(1);
});

// Where both share a processor, mails can wait for shoppers and not the other way round.
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);

let said = false;

/** To the log, and to whoever has started us and waits for it. */
function sayReady(): void {
  logger().info('running jobs');
  if (said) return;
  said = true;
  process.send?.('ready', () => process.disconnect());
}

try {
  await runWorker({ signal: stopping.signal, onReady: sayReady });
} catch (error) {
  if (!(error instanceof CannotWork)) throw error;
  logger().fatal(`cannot run jobs: ${error.message}`);
  process.exitCode = 1;
}
closeMailer();
await closeDb();
logger().info('stopped');
process.exit();
