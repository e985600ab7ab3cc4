import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flags } from './launch/options.ts';

/** What broke: `npm start -- --help` on a fresh clone installed packages for 43 seconds first. */

const root = path.resolve(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const commands = Object.entries(scripts as Record<string, string>).flatMap(([name, command]) => {
  const [, args] = command.match(/^exec node scripts\/bootstrap\.mjs (.+)$/) ?? [];
  return args ? [[name, args.split(' ')] as const] : [];
});

let clone = '';
beforeAll(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), 'once-clone-'));
  const copied = ['scripts', 'proof', 'prisma', 'worker.usage.txt', 'package.json', 'package-lock.json'];
  for (const name of copied) cpSync(path.join(root, name), path.join(clone, name), { recursive: true });
});
afterAll(() => rmSync(clone, { recursive: true }));

function help(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bootstrap.mjs', ...args], {
    cwd: clone,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_ENV: 'test' },
  });
  return { status, stdout, stderr };
}

test.each(commands)(
  'npm run %s -- --help answers with nothing installed, and installs nothing',
  (_, args) => {
    for (const flag of ['--help', '-h']) {
      const answer = help(...args, flag);
      expect(answer).toMatchObject({ status: 0, stderr: '' });
      expect(answer.stdout).toMatch(/^npm (start|test|run [\w -]+)/);
    }
    expect(readdirSync(clone)).not.toContain('node_modules');
    expect(readdirSync(clone)).not.toContain('.data');
  },
);

test('the help of npm start names every flag with its variable', () => {
  const { stdout } = help('scripts/start.ts', '--help');
  for (const [flag, variable] of Object.entries(flags)) {
    expect(stdout).toMatch(new RegExp(`--${flag} .*or ${variable}$`, 'm'));
  }
});

// What broke: Ctrl-C during the installation answered "npm-cli.js ci --loglevel=error … ended with SIGKILL".
test('an interrupted installation says so, and that nothing was started', async () => {
  const bin = path.join(clone, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'npm'), '#!/bin/sh\necho npm runs\nexec sleep 60\n', { mode: 0o755 });
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'scripts/start.ts'], {
    cwd: clone,
    env: { PATH: `${bin}${path.delimiter}${process.env.PATH}`, NODE_ENV: 'test' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    const before = said.includes('npm runs');
    said += text;
    if (!before && said.includes('npm runs')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, said]).toEqual([130, expect.stringMatching(/\nInterrupted .* Nothing was started/)]);
  expect(said).not.toContain('SIG');
  for (const made of ['bin', '.data']) rmSync(path.join(clone, made), { recursive: true });
});
