import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withoutServices } from './debian-packages.ts';

function policyIn(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'once-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'policy-rc.d');
}

/** 101 is "forbidden". */
const asked = (policy: string) => spawnSync(policy, ['prometheus', 'start']).status;

// What broke: Debian's Prometheus ran, on every address, until it was stopped; and one that had run before was
// stopped, too.
test('packages start nothing while they are installed, and may again afterwards', () => {
  const policy = policyIn();
  withoutServices(() => expect(asked(policy)).toBe(101), policy);
  expect(existsSync(policy)).toBe(false);
  const failing = () => {
    throw new Error('no network');
  };
  expect(() => withoutServices(failing, policy)).toThrow('no network');
  expect(existsSync(policy)).toBe(false);
});

test('what a killed installation left forbids nothing, and the next one replaces it', () => {
  const policy = policyIn();
  const module = path.join(import.meta.dirname, 'debian-packages.ts');
  const killed = `import { withoutServices } from ${JSON.stringify(module)};
    withoutServices(() => process.kill(process.pid, 'SIGKILL'), ${JSON.stringify(policy)});`;
  spawnSync(process.execPath, ['--input-type=module', '-e', killed]);
  expect(asked(policy)).toBe(0);
  withoutServices(() => expect(asked(policy)).toBe(101), policy);
  expect(existsSync(policy)).toBe(false);
});

test("an administrator's own policy stays as it is", () => {
  const policy = policyIn();
  const own = '#!/bin/sh\nexit 104\n';
  writeFileSync(policy, own, { mode: 0o755 });
  withoutServices(() => expect(asked(policy)).toBe(104), policy);
  expect(readFileSync(policy, 'utf8')).toBe(own);
});
