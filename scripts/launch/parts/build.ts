import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openClient } from '#lib/platform/database/db-session.ts';
import { runLogged } from '#scripts/launch/child.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { buildAssets } from '#scripts/launch/parts/build-assets.ts';
import { buildPages } from '#scripts/launch/parts/build-pages.ts';

/** The inputs of a build: everything that Next reads, without tests. */
const sources = [
  '{app,components,lib,public}/**/*',
  '*.config.{ts,mjs}',
  'proxy.ts',
  'scripts/launch/parts/build-{assets,pages}.ts',
  'instrumentation.ts',
  'package-lock.json',
  'tsconfig.json',
  'prisma/schema.prisma',
];

/**
 * Pages are built from the catalogue, so a changed catalogue needs a new build. Stock is left out, because it
 * changes by the minute.
 */
const catalogueQuery = `
  SELECT md5(string_agg(t.row, '|' ORDER BY t.row COLLATE "C")) AS hash FROM (
    SELECT c::text AS row FROM category c
    UNION ALL SELECT p::text FROM product p
    UNION ALL SELECT v::text FROM variant v
  ) t`;

async function catalogueHash(databaseUrl: string): Promise<string> {
  const client = await openClient({ connectionString: databaseUrl });
  const { rows } = await client.query<{ hash: string | null }>(catalogueQuery).finally(() => client.end());
  return rows[0]?.hash ?? 'empty';
}

async function sourceHash(root: string): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: root, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name));
    const isSource = !file.startsWith(path.join('lib', 'generated')) && !/\.test\.tsx?$/.test(file);
    if (entry.isFile() && isSource) files.push(file);
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  return hash.digest('hex');
}

/**
 * Builds the shop, unless the existing build has the same sources, catalogue, public address, contact address
 * and kind of payment simulator. Resolves with what was done, in words for a person.
 */
export async function ensureBuild(options: {
  root: string;
  logFile: string;
  /** The shop's complete environment: the build reads the database. */
  variables: Variables;
  signal: AbortSignal;
}): Promise<string> {
  const { root, logFile, variables, signal } = options;
  const marker = path.join(root, '.next', 'once-build.json');
  const parts = {
    sources: await sourceHash(root),
    catalogue: await catalogueHash(variables.DATABASE_URL ?? ''),
    publicUrl: variables.PUBLIC_URL ?? '',
    contact: variables.CONTACT_EMAIL ?? '',
    // Pages say whether their payment simulator is a test simulator (app/card-entry.ts).
    testTill: String(/^(sk|rk)_test_/.test(variables.STRIPE_SECRET_KEY ?? '')),
  };
  const before = existsSync(path.join(root, '.next', 'BUILD_ID')) && existsSync(marker);
  const old: Partial<typeof parts> = before ? JSON.parse(readFileSync(marker, 'utf8')) : {};
  const changed = (Object.keys(parts) as (keyof typeof parts)[]).find((part) => old[part] !== parts[part]);
  if (!changed) return 'nothing changed since the last one';

  mkdirSync(path.dirname(logFile), { recursive: true });
  const next = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
  await runLogged(process.execPath, [next, 'build'], {
    what: 'next build',
    cwd: root,
    env: { ...variables, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    logFile,
    signal,
  });
  await buildPages(root);
  await buildAssets(root);
  writeFileSync(marker, JSON.stringify(parts));
  const why = {
    sources: 'sources changed',
    catalogue: 'the catalogue changed',
    publicUrl: 'PUBLIC_URL changed',
    contact: 'CONTACT_EMAIL changed',
    testTill: 'the simulator changed',
  };
  return before ? `made, because ${why[changed]}` : 'made';
}
