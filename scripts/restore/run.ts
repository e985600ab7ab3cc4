import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';
import { takeDataDir } from '#scripts/launch/data-dir-lock.ts';
import { checkVariables, readVariables } from '#scripts/launch/options.ts';
import { type Moment, parseMoment } from '#scripts/services/backup/moment.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';
import { type Restored, restore } from './restore.ts';

/** `npm run restore`: puts the embedded database of a stopped shop back to a moment. */

const usage = usageOf(import.meta.filename);
const root = path.resolve(import.meta.dirname, '..', '..');

interface Command {
  dataDir: string;
  backupDir: string | undefined;
  to: Moment | 'latest';
  /** Whether the secret of the lost shop is known here. */
  hasSecret: boolean;
}

function readCommand(): Command {
  const text = { type: 'string' } as const;
  const options = { to: text, 'data-dir': text, 'backup-dir': text };
  const { values } = orUsage(usage, () => parseArgs({ options }));
  const to = values.to === 'latest' ? values.to : parseMoment(values.to ?? '');
  if (!to) {
    const problem = values.to === undefined ? '--to is missing' : `--to cannot be "${values.to}"`;
    throw new Advice(
      `${problem}: name a moment with its time zone, 2026-12-01T10:00:00Z, or latest\n\n${usage}`,
    );
  }
  const variables = readVariables(root);
  if (values['data-dir']) variables.DATA_DIR = values['data-dir'];
  if (variables.DATABASE_URL) {
    throw new Advice(
      'DATABASE_URL names a database of your own. Restore it with its own server or its provider, then follow "Restore and failover" in docs/operations.md',
    );
  }
  const { dataDir } = checkVariables(variables);
  const hasSecret = Boolean(variables.ONCE_SECRET) || existsSync(path.join(dataDir, 'secret'));
  return { dataDir, backupDir: values['backup-dir'] ?? variables.BACKUP_DIR, to, hasSecret };
}

function describe({ base, lastTransaction, keptAs }: Restored, { hasSecret }: Command): string {
  const lines = [
    `Restored from the base backup of ${base.stoppedAt.toISOString()}. Its last transaction: ${lastTransaction ?? 'that of the base backup'}`,
    keptAs ? `The database as it was is in ${keptAs}. Delete it when you no longer need it.` : undefined,
    hasSecret
      ? undefined
      : 'The secret of this shop is not here. Put it into ONCE_SECRET before the shop opens: with another one, a shopper who sends a lost order again is charged twice.',
    '\nWhat to do now ("Restore and failover" in docs/operations.md has the reasons):',
    '  1. npm run migrate                  if the moment is before the last release',
    '  2. npm run reconcile -- --repair    compares with the payment provider, before the shop opens. The payment',
    '                                      simulator runs only with the shop: do this after step 3 then',
    '  3. npm start                        with an nginx of your own, empty its cache first',
    '  4. npm run reconcile                after a day: refund the charges that no shopper came back for',
    '  5. count the stock, and compare the shipments of the lost time before you fulfil anything',
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

async function main(): Promise<void> {
  const command = readCommand();
  const lock = takeDataDir(command.dataDir, 'npm run restore');
  if ('heldBy' in lock) {
    const { what, pid } = lock.heldBy;
    throw new Advice(
      `${command.dataDir} is in use by ${what} (process ${pid}). Stop it first: a restore replaces the files of its database. Nothing was changed.`,
    );
  }
  try {
    const signal = signalOfInterruption();
    const restored = await restore({ ...command, signal, log: (line) => console.error(line) });
    console.log(describe(restored, command));
  } finally {
    lock.release();
  }
}

await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
