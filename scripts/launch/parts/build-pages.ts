import path from 'node:path';
import { build } from 'esbuild';

/** The bundle, relative to the root. Beside Next's files, because both belong to one build. */
const outfile = path.join('.next', 'once', 'pages.mjs');

/** Bundles the pages that the Node host renders itself. */
export async function buildPages(root: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [path.join('components', 'pages.tsx')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
}

// The second half of `npm run build`.
if (import.meta.main) await buildPages(path.resolve(import.meta.dirname, '..', '..', '..'));
