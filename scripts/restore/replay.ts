import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { replaySettings } from '#scripts/services/backup/archiving.ts';
import type { Moment } from '#scripts/services/backup/moment.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { replayArchive } from '#scripts/services/postgres.ts';
import { type Cluster, settings, writePrivate } from '#scripts/services/postgres-cluster.ts';

export interface Replayed {
  /** The last transaction that the database has, as its log says. Undefined: there was none to replay. */
  lastTransaction: string | undefined;
}

/**
 * Replays the archive in `cluster.data`, a base backup, up to the moment, and makes it a database that can be
 * started. Throws what is available when the archive does not reach the moment.
 */
export async function replay(
  cluster: Cluster,
  folder: string,
  { to, signal }: { to: Moment | 'latest'; signal?: AbortSignal },
): Promise<Replayed> {
  await rm(cluster.log, { force: true });
  const config = path.join(cluster.data, 'once.conf');
  await writePrivate(cluster, config, settings(await choosePort(), replaySettings(folder, to)));
  await writePrivate(cluster, path.join(cluster.data, 'recovery.signal'), '');
  try {
    await replayArchive(cluster, signal);
  } catch (error) {
    throw whyNot(await readLog(cluster), to) ?? error;
  }
  return { lastTransaction: lastTransactionIn(await readLog(cluster)) };
}

const readLog = (cluster: Cluster) => readFile(cluster.log, 'utf8').catch(() => '');

/** `2026-12-01T10:00:00.123Z`, from the words of the server's log. Its time zone is UTC. */
function lastTransactionIn(log: string): string | undefined {
  const words = /last completed transaction was at log time (\S+) (\S+?)(?:\+00| UTC)?$/m.exec(log);
  return words ? `${words[1]}T${words[2]}Z` : undefined;
}

function whyNot(log: string, to: Moment | 'latest'): Advice | undefined {
  const last = lastTransactionIn(log);
  if (log.includes('recovery ended before configured recovery target was reached')) {
    return new Advice(
      `The archived WAL does not reach ${to === 'latest' ? 'its end' : to.text}. ` +
        `Its last transaction is of ${last ?? 'the time of the base backup'}. Nothing was changed.\n` +
        'Name a moment up to that, or restore everything that there is:  npm run restore -- --to latest',
    );
  }
  if (log.includes('generated with "wal_level=minimal"')) {
    return new Advice(
      `After ${last ?? 'the base backup'} the database ran without its archive, so this base backup cannot be ` +
        'continued. Nothing was changed. Name a moment before that, or one after the next base backup.',
    );
  }
  if (/could not restore file .* exit code 200/.test(log)) {
    return new Advice(
      `A segment of the archive is damaged. Nothing was changed. Its name is in the log of the server:\n${lastLines(log)}`,
    );
  }
  return undefined;
}

const lastLines = (log: string) => log.trimEnd().split('\n').slice(-6).join('\n');

/** Marks files for the archiver of the next start. */
export async function markForArchive(cluster: Cluster, names: string[]): Promise<void> {
  for (const name of names) {
    const status = path.join(cluster.data, 'pg_wal', 'archive_status', name);
    await rm(`${status}.done`, { force: true });
    await writePrivate(cluster, `${status}.ready`, '');
  }
}
