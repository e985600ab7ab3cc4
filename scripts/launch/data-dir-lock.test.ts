import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Advice } from '#scripts/advice.ts';
import { holderOf, takeDataDir } from './data-dir-lock.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'once-lock-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Starts a process that looks like a launcher: its command line names one of the scripts. */
async function launcher(script = 'scripts/start.ts'): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', script]);
  await once(child, 'spawn');
  const end = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid as number, end };
}

const note = (pid: number, more = {}) =>
  writeFileSync(
    path.join(dataDir, 'launcher.json'),
    JSON.stringify({ pid, what: 'npm start', startedAt: 'then', ...more }),
  );

test('a folder in use by a live launcher is not taken, and its holder is named', async () => {
  const other = await launcher();
  note(other.pid, { url: 'http://127.0.0.1:3000' });
  expect(takeDataDir(dataDir, 'npm start')).toEqual({
    heldBy: expect.objectContaining({ pid: other.pid, url: 'http://127.0.0.1:3000' }),
  });
  await other.end();
});

// What broke: a command in a folder of its own, such as a restore, was taken for another program, and lost its lock.
test('a command in a folder of scripts holds it, too', async () => {
  const other = await launcher('scripts/restore/run.ts');
  note(other.pid);
  expect(takeDataDir(dataDir, 'npm start')).toMatchObject({ heldBy: { pid: other.pid } });
  await other.end();
});

test('the folder of a killed launcher is taken over, with what it left running', async () => {
  const other = await launcher();
  await other.end();
  note(other.pid, { appPid: 4711 });
  expect(takeDataDir(dataDir, 'npm start')).toMatchObject({ previous: { pid: other.pid, appPid: 4711 } });
});

test('a process id that another program has reused holds nothing', () => {
  note(process.ppid);
  expect(holderOf(dataDir)).toBeUndefined();
  expect(takeDataDir(dataDir, 'npm start')).toHaveProperty('release');
});

// What broke: npm start printed the stack of an ENOENT.
test('a folder that cannot be made is reported in words, with what to do', () => {
  const file = path.join(dataDir, 'file');
  writeFileSync(file, '');
  expect(() => takeDataDir(path.join(file, 'data'), 'npm start')).toThrow(
    expect.objectContaining({
      constructor: Advice,
      message: expect.stringMatching(/^The data folder .* cannot be used: .*\n.*--data-dir/),
    }),
  );
});
