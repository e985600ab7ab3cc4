import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type Child, listens, root, startChild } from '#proof/bench/lab/children.ts';
import { ensureBuild } from '#scripts/launch/parts/build.ts';
import { serverArgs } from '#scripts/launch/server-args.ts';

/**
 * Parts of the repository that the bench's shop does not share: build, data, and files from which Next
 * would detect two project folders.
 */
const notShared = new Set(['.next', '.data', '.git', 'package-lock.json']);

/** Builds the shop if necessary, and starts `server.ts` on a copy of the build. */
export async function startShop(options: {
  folder: string;
  variables: Record<string, string>;
  logFile: string;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<Child> {
  const { folder, variables, logFile, say, signal } = options;
  say('building the shop, unless it is built');
  const build = await ensureBuild({
    root,
    logFile: path.join(folder, 'build.log'),
    variables: { ...process.env, ...variables },
    signal,
  });
  say(`the shop's build: ${build}`);
  const port = Number(variables.PORT);
  return startChild({
    command: process.execPath,
    args: serverArgs,
    cwd: await stageBuild(path.join(folder, 'site')),
    variables,
    logFile,
    ready: async () => {
      if (!(await listens(port))) return false;
      const response = await fetch(`http://127.0.0.1:${port}/api/ready`).catch(() => undefined);
      return response?.ok ?? false;
    },
  });
}

/**
 * Creates a folder that looks like the repository, with its own build. Pages that are regenerated while
 * the shop runs are written into the build, and the bench's products must not get into a real shop's.
 */
export async function stageBuild(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of await readdir(root)) {
    if (!notShared.has(name)) await symlink(path.join(root, name), path.join(folder, name));
  }
  const build = path.join(root, '.next');
  const inCache = (file: string) => path.relative(build, file).split(path.sep)[0] === 'cache';
  await cp(build, path.join(folder, '.next'), { recursive: true, filter: (file) => !inCache(file) });
  return folder;
}
