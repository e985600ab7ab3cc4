import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RunLogs } from './read-logs.ts';

test('each line of each log is read once, also of a file that begins again', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-logs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const shopLog = path.join(folder, 'elsewhere', 'shop-1.log');
  await mkdir(path.dirname(shopLog));
  await mkdir(path.join(folder, 'parts', 'postgres'), { recursive: true });
  const serverLog = path.join(folder, 'parts', 'postgres', 'server.log');
  await writeFile(shopLog, 'one\ntwo\nthr');
  await writeFile(serverLog, 'a long first line\n');
  const logs = new RunLogs({ folder: path.join(folder, 'parts'), shopLog });
  const read = async () => (await logs.newLines()).map(({ file, text }) => `${file}: ${text}`);
  expect(await read()).toEqual(['shop-1.log: one', 'shop-1.log: two', 'server.log: a long first line']);
  await appendFile(shopLog, 'ee\n');
  await writeFile(serverLog, 'anew\n');
  expect(await read()).toEqual(['shop-1.log: three', 'server.log: anew']);
  expect(await read()).toEqual([]);
});
