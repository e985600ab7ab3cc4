import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSecret } from './secret.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'once-secret-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('the secret of a fresh clone survives restarts, and only its owner can read it', () => {
  const first = findSecret({}, dataDir);
  expect(first.secret.length).toBeGreaterThanOrEqual(32);
  expect(findSecret({}, dataDir).secret).toBe(first.secret);
  expect(statSync(path.join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
});

test('a shop in production needs a secret of its own to start', () => {
  expect(() => findSecret({ NODE_ENV: 'production' }, dataDir)).toThrow('ONCE_SECRET is missing');
  const own = 'a secret of thirty-two characters';
  expect(findSecret({ NODE_ENV: 'production', ONCE_SECRET: own }, dataDir).secret).toBe(own);
});
