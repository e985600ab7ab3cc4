import { copyFile, glob, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * The files of a build that all shoppers share: scripts, styles, fonts and pictures. They are compressed once,
 * as far as possible, for servers that send files. `deploy/nginx/parts/built-files.conf` is one.
 */

/**
 * The folder for servers, relative to the root. It has the folders `plain`, `br` and `gzip`, and in each of
 * them the files under their paths in URLs.
 */
export const assetsFolder = path.join('.next', 'once', 'assets');

/** Next empties `.next` before it builds, except for this folder in it. */
const store = path.join('.next', 'cache', 'once-static');
const built = path.join('.next', 'static');

/**
 * How long a file is kept after the last build that had it. An open page loads its scripts when it needs them,
 * which may be after the next build.
 */
const keptDays = 7;
const dayMs = 24 * 60 * 60 * 1_000;

/** Types that are not compressed already. */
const text = /\.(?:js|css|svg|json|txt|map)$/;

const encoders = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};

/** Keeps the files of earlier builds beside those of this one, and compresses all of them. */
export async function buildAssets(root: string): Promise<void> {
  await keepEarlierFiles(path.join(root, built), path.join(root, store));
  const target = path.join(root, assetsFolder);
  await rm(target, { recursive: true, force: true });
  await publish(path.join(root, built), target, '_next/static');
  await publish(path.join(root, 'public'), target, '');
}

/**
 * Their names contain a hash of their content, so files of several builds can share a folder. A stored file's
 * time says when a build had it last.
 */
async function keepEarlierFiles(served: string, kept: string): Promise<void> {
  const now = new Date();
  const ofThisBuild = await filesIn(served);
  const current = new Set(ofThisBuild);
  const ofEarlierBuilds = (await filesIn(kept)).filter((file) => !current.has(file));
  for (const file of ofThisBuild) {
    await copy(path.join(served, file), path.join(kept, file));
    await utimes(path.join(kept, file), now, now);
  }
  for (const file of ofEarlierBuilds) {
    const { mtimeMs } = await stat(path.join(kept, file));
    if (now.getTime() - mtimeMs > keptDays * dayMs) await rm(path.join(kept, file));
    else await copy(path.join(kept, file), path.join(served, file));
  }
}

/** Copies a folder's files to `plain`, and their compressed forms to `br` and `gzip` where they are smaller. */
async function publish(from: string, to: string, prefix: string): Promise<void> {
  const publishOne = async (file: string) => {
    const name = path.join(prefix, file);
    const bytes = await readFile(path.join(from, file));
    await write(path.join(to, 'plain', name), bytes);
    if (!text.test(file)) return;
    for (const [folder, encode] of Object.entries(encoders)) {
      const smaller = await encode(bytes);
      if (smaller.length < bytes.length) await write(path.join(to, folder, name), smaller);
    }
  };
  await Promise.all((await filesIn(from)).map(publishOne));
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
    if (entry.isFile()) files.push(path.relative(folder, path.join(entry.parentPath, entry.name)));
  }
  return files;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await copyFile(from, to);
}

async function write(to: string, bytes: Buffer): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await writeFile(to, bytes);
}

// The last part of `npm run build`.
if (import.meta.main) await buildAssets(path.resolve(import.meta.dirname, '..', '..', '..'));
