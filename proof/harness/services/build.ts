import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { ensureBuild } from '#scripts/launch/parts/build.ts';
import { root } from './child.ts';

/**
 * Parts of the repository that the harness's shop does not share: build, data, and files from which Next
 * would detect two project folders.
 */
const notShared = new Set(['.next', '.data', '.git', 'package-lock.json']);

/** Builds the shop if necessary. Resolves with a folder in which `server.ts` runs on a copy of the build. */
export async function buildShop(options: {
  folder: string;
  variables: Record<string, string>;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<string> {
  const { folder, say, signal } = options;
  say('building the shop, unless it is built');
  const logFile = path.join(folder, 'build.log');
  const variables = { ...process.env, ...options.variables };
  const build = await ensureBuild({ root, logFile, variables, signal });
  say(`the shop's build: ${build}`);
  return stageBuild(path.join(folder, 'site'));
}

/**
 * Creates a folder that looks like the repository, with its own build. Pages that are regenerated while
 * the shop runs are written into the build, and the products of a run must not get into a real shop's.
 */
async function stageBuild(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of await readdir(root)) {
    if (!notShared.has(name)) await symlink(path.join(root, name), path.join(folder, name));
  }
  const build = path.join(root, '.next');
  const inCache = (file: string) => path.relative(build, file).split(path.sep)[0] === 'cache';
  await cp(build, path.join(folder, '.next'), { recursive: true, filter: (file) => !inCache(file) });
  return folder;
}
