import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';
import { takeDataDir } from '#scripts/launch/data-dir-lock.ts';
import { checkVariables, readVariables } from '#scripts/launch/options.ts';
import { duration } from '#scripts/launch/progress.ts';
import { readArchiving } from '#scripts/services/backup/archiving.ts';
import { type BackupFolder, backupFolderAt, systemIdIn } from '#scripts/services/backup/backup-folder.ts';
import {
  type BaseBackup,
  listArchived,
  listBaseBackups,
  removeOld,
} from '#scripts/services/backup/base-backups.ts';
import { type Archived, runningWithBackups } from '#scripts/services/backup/running.ts';
import { takeBaseBackup } from '#scripts/services/backup/take-backup.ts';
import { runningPostgres, startPostgres } from '#scripts/services/postgres.ts';
import { clusterFiles } from '#scripts/services/postgres-cluster.ts';

/** `npm run backup`: makes a base backup of the embedded database, and shows what can be restored. */

const usage = usageOf(import.meta.filename);
const root = path.resolve(import.meta.dirname, '..', '..');

interface Command {
  dataDir: string;
  /** The flag, or BACKUP_DIR. */
  backupDir: string | undefined;
  keptDays: number;
}

function readCommand(): { list: boolean; command: Command } {
  const options = { 'data-dir': { type: 'string' }, 'backup-dir': { type: 'string' } } as const;
  const { values, positionals } = orUsage(usage, () => parseArgs({ options, allowPositionals: true }));
  const [named, extra] = positionals;
  if (extra !== undefined || (named !== undefined && named !== 'list'))
    throw new Advice(`Unexpected argument '${extra ?? named}'\n\n${usage}`);
  const variables = readVariables(root);
  if (values['data-dir']) variables.DATA_DIR = values['data-dir'];
  if (variables.DATABASE_URL) {
    throw new Advice(
      'DATABASE_URL names a database of your own. Its server, or its provider, makes its backups: "Backups" in docs/operations.md',
    );
  }
  const { dataDir, backupKeptDays } = checkVariables(variables);
  const backupDir = values['backup-dir'] ?? variables.BACKUP_DIR;
  return { list: named === 'list', command: { dataDir, backupDir, keptDays: backupKeptDays } };
}

/** Uses a running database, or one that runs as long as `work` needs it. */
async function withArchived<Result>(
  { dataDir, backupDir }: Command,
  work: (archived: Archived) => Promise<Result>,
): Promise<Result> {
  const lock = takeDataDir(dataDir, 'npm run backup');
  if ('heldBy' in lock) {
    if (!(await runningPostgres(dataDir)))
      throw new Advice(`${lock.heldBy.what} is about to start the database: try again in a moment`);
    return work(await requireArchived(dataDir, backupDir));
  }
  try {
    if (backupDir === undefined) await requireRemembered(dataDir);
    const server = await startPostgres({ dataDir, backupDir, log: (line) => console.error(line) });
    return await requireArchived(dataDir, backupDir)
      .then(work)
      .finally(() => server.stop());
  } finally {
    lock.release();
  }
}

async function requireArchived(dataDir: string, backupDir: string | undefined): Promise<Archived> {
  const archived = await runningWithBackups(dataDir);
  const isOther = backupDir !== undefined && path.resolve(backupDir) !== archived?.folder.path;
  if (archived && !isOther) return archived;
  const now = archived ? `archives to ${archived.folder.path}` : 'has no backup folder';
  throw new Advice(
    `The database in ${dataDir} ${now}. Nothing was changed. To choose a folder, stop the shop and start it with  npm start -- --backup-dir path`,
  );
}

async function backUp(command: Command): Promise<void> {
  const started = performance.now();
  await withArchived(command, async (archived) => {
    const { name, bytes } = await takeBaseBackup(archived);
    await removeOld(archived.folder, command);
    const took = duration(performance.now() - started);
    console.log(
      `Base backup ${name}, ${megabytes(bytes)}, after ${took}, in ${path.join(archived.folder.bases, name)}`,
    );
    console.log(await describeRange(archived.folder, await listBaseBackups(archived.folder)));
  });
}

/** The folder of the last start. */
async function requireRemembered(dataDir: string): Promise<string> {
  const archiving = await readArchiving(clusterFiles(dataDir).folder);
  if (archiving) return archiving.folder;
  throw new Advice(`The database in ${dataDir} has no backup folder yet: npm start -- --backup-dir path`);
}

async function list({ dataDir, backupDir }: Command): Promise<void> {
  const folder = backupFolderAt(path.resolve(backupDir ?? (await requireRemembered(dataDir))));
  if ((await systemIdIn(folder)) === undefined)
    throw new Advice(`${folder.path} has no backups, or cannot be read. Is its disk mounted?`);
  const backups = await listBaseBackups(folder);
  for (const { stoppedAt, bytes, name, timeline } of backups)
    console.log(`${stoppedAt.toISOString()}  ${megabytes(bytes).padStart(9)}  timeline ${timeline}  ${name}`);
  console.log(await describeRange(folder, backups));
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;

async function describeRange(folder: BackupFolder, [first]: BaseBackup[]): Promise<string> {
  if (!first) return `${folder.path} has no complete base backup yet. Make one:  npm run backup`;
  const names = await listArchived(folder);
  const times = await Promise.all(names.map((name) => stat(path.join(folder.wal, `${name}.gz`))));
  const last = Math.max(...times.map(({ mtimeMs }) => mtimeMs));
  return (
    `Every moment from ${first.stoppedAt.toISOString()} on can be restored, to the last transaction in the archive. ` +
    `Its last segment was written at ${new Date(last).toISOString()}.`
  );
}

async function main(): Promise<void> {
  const asked = readCommand();
  await (asked.list ? list(asked.command) : backUp(asked.command));
}

await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
