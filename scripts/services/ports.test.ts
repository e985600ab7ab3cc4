import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { choosePort, isFree } from '#scripts/services/ports.ts';

const ports = path.join(import.meta.dirname, 'ports.ts');

/** Another process that chooses a port and listens nowhere, as while its service restarts. */
async function otherProcess(): Promise<{ child: ChildProcess; port: number }> {
  const code = `import(${JSON.stringify(ports)}).then(async ({ choosePort }) => {
    console.log(await choosePort());
    setInterval(() => undefined, 1_000);
  })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return { child, port: Number(line) };
}

// What broke: a test chose the port of another test's shop while that was being restarted.
test('a port that another process has chosen is not chosen, although nothing listens there', async () => {
  const { child, port } = await otherProcess();
  expect(await isFree(port)).toBe(true);
  expect(await choosePort(port)).not.toBe(port);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await choosePort(port)).toBe(port);
});

test('a process may choose its own port again, for a service that it restarts', async () => {
  const port = await choosePort();
  expect(await choosePort(port)).toBe(port);
  expect(await choosePort()).not.toBe(port);
});
