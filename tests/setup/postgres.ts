import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '#prisma/migrate.ts';
import { startPostgres } from '#scripts/services/postgres.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import { addDecoys, makeAwkwardDatabase } from './awkward.ts';

/** The name of the database that every test file clones. */
const templateDatabase = 'once_template';

async function makeTemplate(serverUrl: string): Promise<void> {
  await makeAwkwardDatabase(serverUrl, templateDatabase);
  const template = new URL(serverUrl);
  template.pathname = `/${templateDatabase}`;
  await migrate(template.href, () => undefined);
  await addDecoys(template.href);
}

/**
 * Starts one PostgreSQL for the whole run, in a temporary folder. It has the settings of the shop's own
 * server, except for the role and the template database, which are awkward.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-tests-'));
  const removeFolder = () => rm(dataDir, { recursive: true, force: true });
  const server = await startPostgres({ dataDir, log: () => undefined }).catch(async (error: Error) => {
    await removeFolder();
    throw error;
  });
  const guard = watchdog('kill -QUIT "$1"; sleep 1; rm -rf "$2"', [String(server.pid), dataDir]);
  const teardown = async () => {
    await server.stop();
    guard.dismiss();
    await removeFolder();
  };
  try {
    await makeTemplate(server.connectionString);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('adminUrl', server.connectionString);
  project.provide('templateDatabase', templateDatabase);
  return teardown;
}
