import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { buildPages } from './build-pages.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'once-pages-'));
  const folder = root;
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await put('components/pages.tsx', 'export const renderPage = () => "";');
  await put('components/checkout-script.ts', `import './challenge/solve-work.ts'; console.log('checkout');`);
  await put('components/challenge/work.worker.ts', `console.log('worker');`);
  await put(
    'components/challenge/solve-work.ts',
    `console.log(new URL('./work.worker.ts', import.meta.url).href);`,
  );
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

/** Builds, and resolves with the address of the checkout's script, its text, and the names of all scripts. */
async function build() {
  await rm(path.join(root, '.next'), { recursive: true, force: true });
  await buildPages(root);
  const { checkout }: { checkout: string } = JSON.parse(
    await readFile(path.join(root, '.next/once/scripts.json'), 'utf8'),
  );
  const folder = path.join(root, '.next/static/once');
  const text = await readFile(path.join(folder, path.basename(checkout)), 'utf8');
  return { checkout, text, names: (await readdir(folder)).sort() };
}

test('a script is named after its content, so a page never gets the script of another build', async () => {
  // What broke: its folder had the build's id. Builds of the same sources on two machines had different ones, so
  // pages of one machine did not find their script at the other.
  const first = await build();
  expect(first.checkout).toMatch(/^\/_next\/static\/once\/checkout-[A-Z0-9]{8}\.js$/);
  expect(await build()).toEqual(first);
  await put('components/checkout-script.ts', `import './challenge/solve-work.ts'; console.log('new');`);
  expect((await build()).checkout).not.toBe(first.checkout);
});

test('a script finds its worker, and has another name if the worker has changed', async () => {
  const first = await build();
  const [, worker = ''] = first.names;
  expect(worker).toMatch(/^worker-[A-Z0-9]{8}\.js$/);
  expect(first.text).toContain(`./${worker}`);
  await put('components/challenge/work.worker.ts', `console.log('a new worker');`);
  const second = await build();
  expect(second.names).not.toContain(worker);
  expect(second.checkout).not.toBe(first.checkout);
});
