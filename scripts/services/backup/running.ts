import { runningPostgres } from '#scripts/services/postgres.ts';
import { clusterFiles } from '#scripts/services/postgres-cluster.ts';
import { type Archiving, readArchiving } from './archiving.ts';
import { type BackupFolder, backupFolderAt } from './backup-folder.ts';

/** A running embedded database that archives its WAL. */
export interface Archived {
  url: string;
  /** The database's files. */
  data: string;
  folder: BackupFolder;
  archiving: Archiving;
}

/** Undefined when the database does not run, or has no backup folder. */
export async function runningWithBackups(dataDir: string): Promise<Archived | undefined> {
  const files = clusterFiles(dataDir);
  const [url, archiving] = [await runningPostgres(dataDir), await readArchiving(files.folder)];
  if (!url || !archiving) return undefined;
  return { url, data: files.data, folder: backupFolderAt(archiving.folder), archiving };
}
