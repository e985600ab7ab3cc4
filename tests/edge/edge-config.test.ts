import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { findNginx } from '#scripts/services/nginx-folder.ts';

/** The nginx configuration that an operator renders with the command. */

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '../../scripts/render-nginx.ts');
const capacityFile = path.resolve(import.meta.dirname, '../../deploy/capacity.json');
const render = (...args: string[]) => run(process.execPath, [script, ...args]);
const folder = await mkdtemp(path.join(os.tmpdir(), 'once-edge-config-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every setting makes a configuration that nginx accepts', async () => {
  const program = await findNginx();
  if (!program) throw new Error('these tests need nginx:  apt-get install nginx  or  brew install nginx');
  await mkdir(path.join(folder, 'temp'));
  await mkdir(path.join(folder, 'cache'));
  const everything = [
    ...['--listen', '127.0.0.1:46980', '--listen', '[::1]:46980', '--gate', '127.0.0.1:46981'],
    ...['--upstream', '127.0.0.1:46982', '--upstream', 'localhost:46983'],
    ...['--server-name', 'shop.example', '--server-name', '*.shop.example'],
    ...['--balancer', '10.0.0.0/8', '--balancer', '2001:db8::/32', '--operator', '192.0.2.1'],
    ...['--unlimited', '192.0.2.0/24', '--session-rate', '5', '--session-connections', '9'],
    ...['--newcomer-rate', '50', '--address-rate', '500', '--address-connections', '90'],
    ...['--cache-size', '1g', '--assets', folder, '--workers', '3', '--prefix', folder],
    ...['--capacity', capacityFile, '--cores', '8', '--processes', '4'],
  ];
  for (const args of [['--upstream', '127.0.0.1:46982', '--prefix', folder], everything]) {
    const { stdout } = await render(...args);
    expect(stdout).not.toMatch(/\{\{|^\s*include /m);
    const file = path.join(folder, 'nginx.conf');
    await writeFile(file, stdout);
    const tested = await run(program, ['-t', '-p', folder, '-c', file, '-e', 'stderr']);
    expect(tested.stderr).toContain('test is successful');
    expect(tested.stderr).not.toContain('[warn]');
  }
});

test.each([
  ['an upstream without a port', ['--upstream', 'localhost'], 'is not allowed'],
  ['a value that would end its directive', ['--upstream', '127.0.0.1:1; return 200'], 'is not allowed'],
  ['an invalid network', ['--upstream', '127.0.0.1:1', '--operator', 'all'], 'is not allowed'],
  [
    'a folder name with a variable in it',
    ['--upstream', '127.0.0.1:1', '--prefix', '/x$y'],
    'is not allowed',
  ],
  ['a limit of zero', ['--upstream', '127.0.0.1:1', '--session-rate', '0'], 'whole number above 0'],
  [
    'a capacity file without costs',
    ['--upstream', '127.0.0.1:1', '--capacity', 'package.json'],
    'not a capacity',
  ],
  ['half a core', ['--upstream', '127.0.0.1:1', '--cores', '0.5'], 'whole number above 0'],
  ['a certificate without its key', ['--upstream', '127.0.0.1:1', '--certificate', 'a.pem'], 'go together'],
  ['no upstream', [], '--upstream is missing'],
])('%s is refused', async (_, args, words) => {
  await expect(render(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
});
