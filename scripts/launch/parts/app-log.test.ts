import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppLog } from './app-log.ts';

let dataDir: string;
let shown: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'once-log-'));
  shown = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    shown += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dataDir, { recursive: true, force: true });
});

const line = (level: number, msg: string, more = {}) =>
  `${JSON.stringify({ level, time: 0, pid: 1, msg, ...more })}\n`;

test('warnings and errors reach the terminal as sentences, and the rest stays in the file', () => {
  const log = new AppLog(dataDir, { chatty: false });
  appendFileSync(log.file, line(30, 'listening'));
  appendFileSync(log.file, line(40, 'Redis does not answer', { transport: 'tcp' }));
  appendFileSync(log.file, line(50, 'a request failed', { err: { message: 'no such table' } }));
  log.show();
  expect(shown).not.toContain('listening');
  expect(shown).toMatch(/warn +Redis does not answer transport=tcp\n/);
  expect(shown).toMatch(/error +a request failed: no such table\n/);
});

test('a line that is written in two parts is shown once, in full', () => {
  const log = new AppLog(dataDir, { chatty: false });
  const whole = line(50, 'out of luck');
  appendFileSync(log.file, whole.slice(0, 20));
  log.show();
  expect(shown).toBe('');
  appendFileSync(log.file, whole.slice(20));
  log.show();
  expect(shown.match(/out of luck/g)).toHaveLength(1);
});

test('earlier content of the file is not shown again', () => {
  appendFileSync(new AppLog(dataDir, { chatty: false }).file, line(50, 'yesterday'));
  const log = new AppLog(dataDir, { chatty: false });
  log.show();
  expect(shown).toBe('');
});
