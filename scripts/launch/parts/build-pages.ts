import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

/** For the Node host, relative to the root. Beside Next's files, because both belong to one build. */
const hostFolder = path.join('.next', 'once');

/** What is below /_next/static/once/. */
const scriptFolder = path.join('.next', 'static', 'once');

/**
 * Bundles the pages that the Node host renders itself, and the scripts of those that need none of Next's. The
 * host finds the scripts' addresses in `scripts.json`, by the names of their pages.
 */
export async function buildPages(root: string): Promise<void> {
  await build({
    ...shared(root),
    entryPoints: [path.join('components', 'pages.tsx')],
    outfile: path.join(hostFolder, 'pages.mjs'),
    platform: 'node',
    packages: 'external',
  });
  const worker = await bundleScript(root, 'worker', path.join('components', 'challenge', 'work.worker.ts'));
  const checkout = await bundleScript(root, 'checkout', path.join('components', 'checkout-script.ts'), [
    withWorker(worker),
  ]);
  const scripts = { checkout: `/_next/static/once/${checkout}` };
  await mkdir(path.join(root, hostFolder), { recursive: true });
  await writeFile(path.join(root, hostFolder, 'scripts.json'), JSON.stringify(scripts));
}

const shared = (root: string) =>
  ({
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  }) as const;

/**
 * Bundles a script for browsers. Resolves with the name of its file, which has a hash of its content: browsers keep
 * it for a year, and during a deployment the page of one build never gets the script of another one.
 */
async function bundleScript(
  root: string,
  name: string,
  source: string,
  plugins: Plugin[] = [],
): Promise<string> {
  const { metafile } = await build({
    ...shared(root),
    entryPoints: { [name]: source },
    entryNames: '[name]-[hash]',
    outdir: scriptFolder,
    metafile: true,
    platform: 'browser',
    // The oldest browsers of Next's own scripts.
    target: ['chrome111', 'edge111', 'firefox111', 'safari16.4'],
    minify: true,
    legalComments: 'none',
    plugins,
  });
  const [file = ''] = Object.keys(metafile.outputs);
  return path.basename(file);
}

/** Replaces the address of the worker, which esbuild leaves as it is in the source. */
const withWorker = (worker: string): Plugin => ({
  name: 'worker',
  setup({ onLoad }) {
    onLoad({ filter: /\bsolve-work\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8')).replace('./work.worker.ts', `./${worker}`),
      loader: 'ts',
    }));
  },
});

// A part of `npm run build`.
if (import.meta.main) await buildPages(path.resolve(import.meta.dirname, '..', '..', '..'));
