import { rm } from 'node:fs/promises';
import path from 'node:path';
import { capture } from '#scripts/services/processes.ts';
import type { PostgresService } from './postgres.ts';

/** A copy of the database's files, like a physical backup. */
export interface DatabaseBackup {
  /** Replaces the database's files with the copy. The database must not run. Works only once. */
  bringBack(): Promise<void>;
}

/** Stops the database so that its files are consistent, copies them, and starts it again. */
export async function backUpDatabase(postgres: PostgresService): Promise<DatabaseBackup> {
  const { data } = postgres;
  // Next to the folder that may be a small file system of its own.
  const copy = path.join(path.dirname(data), '..', 'backup');
  await rm(copy, { recursive: true, force: true });
  await postgres.stop();
  await copyFolder(data, copy);
  await postgres.start();
  return {
    async bringBack() {
      await rm(data, { recursive: true });
      await copyFolder(copy, data);
      await rm(copy, { recursive: true });
    },
  };
}

/** Keeps owners and permissions: PostgreSQL refuses files that are not its own. */
async function copyFolder(from: string, to: string): Promise<void> {
  const copied = await capture('cp', ['-a', from, to]);
  if (copied.code !== 0) throw new Error(`the database could not be copied: ${copied.stderr.trim()}`);
}
