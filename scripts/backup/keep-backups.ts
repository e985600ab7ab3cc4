import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '#scripts/launch/parts/prepare-services.ts';
import { dim, duration, say, yellow } from '#scripts/launch/progress.ts';
import { removeOld } from '#scripts/services/backup/base-backups.ts';
import { runningWithBackups } from '#scripts/services/backup/running.ts';
import { takeBackupIfDue } from '#scripts/services/backup/take-backup.ts';

/** How often the age of the newest base backup is looked at, and how soon a failed one is tried again. */
const lookEveryMs = 60 * 60_000;
const retryAfterMs = 10 * 60_000;

/** Makes a base backup beside the open shop when one is due, and deletes the outdated ones. */
export async function keepBackups({
  dataDir,
  keptDays,
  shutdown,
}: Pick<Services, 'dataDir' | 'shutdown'> & { keptDays: number }): Promise<void> {
  const running = await runningWithBackups(dataDir);
  if (!running) return;
  say(dim(`    backed up to ${running.folder.path}: every moment of the last ${keptDays} days`));
  const working = work({ dataDir, keptDays, signal: shutdown.signal });
  shutdown.add('the backups', () => working);
}

interface Work {
  dataDir: string;
  keptDays: number;
  signal: AbortSignal;
}

async function work(options: Work): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    const isWell = await backUp(options).then(
      () => true,
      (error: Error) => {
        if (!signal.aborted)
          say(`${yellow('No base backup was made')}, the next try is in ten minutes: ${error.message}`);
        return false;
      },
    );
    await sleep(isWell ? lookEveryMs : retryAfterMs, undefined, { signal, ref: false }).catch(
      () => undefined,
    );
  }
}

async function backUp({ dataDir, keptDays, signal }: Work): Promise<void> {
  // Looked up each time: the server may have been started again.
  const running = await runningWithBackups(dataDir);
  if (!running) throw new Error('the database does not run');
  const started = performance.now();
  const made = await takeBackupIfDue({ ...running, signal }, running.archiving);
  if (made) {
    const size = `${Math.ceil(made.bytes / 1e6)} MB`;
    say(dim(`  A base backup of ${size} was made in ${duration(performance.now() - started)}`));
  }
  await removeOld(running.folder, { keptDays });
}
