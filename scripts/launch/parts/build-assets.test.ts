import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { assetsFolder, buildAssets } from './build-assets.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'once-assets-'));
  const folder = root;
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await put('public/products/mug.svg', `<svg>${'<path/>'.repeat(100)}</svg>`);
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

const published = (folder: string, file: string) => readFile(path.join(root, assetsFolder, folder, file));
const list = async (folder: string) => (await readdir(path.join(root, folder))).sort();

/** As `next build` does it: everything of the build before is gone. */
async function build(files: Record<string, string>): Promise<void> {
  await rm(path.join(root, '.next', 'static'), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) await put(`.next/static/chunks/${name}`, text);
  await buildAssets(root);
}

test('text is published compressed, where that makes it smaller, and everything as it is', async () => {
  const script = 'export const words = "once upon a time";\n'.repeat(50);
  await build({ 'a.js': script, 'tiny.js': '1', 'font.woff2': 'a'.repeat(1_000) });
  const chunk = '_next/static/chunks';
  expect(String(await published('plain', `${chunk}/a.js`))).toBe(script);
  expect(String(brotliDecompressSync(await published('br', `${chunk}/a.js`)))).toBe(script);
  expect(String(gunzipSync(await published('gzip', `${chunk}/a.js`)))).toBe(script);
  expect(String(brotliDecompressSync(await published('br', 'products/mug.svg')))).toContain('<path/>');
  expect(await list(`${assetsFolder}/br/${chunk}`)).toEqual(['a.js']);
  expect(await list(`${assetsFolder}/plain/${chunk}`)).toEqual(['a.js', 'font.woff2', 'tiny.js']);
});

test('an open page finds the files of its build after the next build', async () => {
  await build({ 'old.js': 'old', 'both.js': 'both' });
  await build({ 'new.js': 'new', 'both.js': 'both' });
  // The first folder is for the Node host, and the second for nginx.
  for (const folder of ['.next/static/chunks', `${assetsFolder}/plain/_next/static/chunks`]) {
    expect(await list(folder)).toEqual(['both.js', 'new.js', 'old.js']);
  }
});

test('a file is removed a week after the last build that had it', async () => {
  await build({ 'old.js': 'old' });
  const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60 * 1_000);
  const age = (file: string, count: number) =>
    utimes(path.join(root, '.next/cache/once-static/chunks', file), days(count), days(count));
  await build({ 'new.js': 'new' });
  await age('old.js', 6);
  await build({ 'new.js': 'new' });
  expect(await list('.next/static/chunks')).toEqual(['new.js', 'old.js']);
  await age('old.js', 8);
  await age('new.js', 8);
  await build({ 'new.js': 'new' });
  expect(await list('.next/static/chunks')).toEqual(['new.js']);
});
