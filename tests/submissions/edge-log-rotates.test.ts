import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { startEdge } from '#scripts/services/nginx.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

test('a large access log is moved aside while nginx runs, and no line is lost', async () => {
  // What broke: it grew until nginx was started again, so one client could fill the disk.
  const upstream = await startUpstream((_, response) => response.end('answered'));
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-edge-'));
  const edge = await startEdge({
    dataDir,
    host: '127.0.0.1',
    port: await choosePort(),
    options: { workers: '2', upstreams: [upstream.address] },
    maxLogBytes: 4_000,
    log: () => undefined,
  });
  if (!edge) throw new Error('this test needs nginx:  apt-get install nginx  or  brew install nginx');
  afterAll(async () => {
    await edge.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const call = callUrl(edge.url);
  const log = path.join(dataDir, 'edge', 'access.log');
  const idsIn = async (file: string) => {
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').filter(Boolean);
    return lines.map((line) => (JSON.parse(line) as { requestId: string }).requestId);
  };
  const ask = (id: string) => call('/api/cart', { headers: { 'x-request-id': id } });

  // About 5 KB, which is moved aside once.
  const ids = Array.from({ length: 16 }, (_, number) => `before-the-move-${number}`);
  await Promise.all(ids.map(ask));
  await expect.poll(() => idsIn(`${log}.1`)).not.toEqual([]);
  await ask('after-the-move');
  await expect.poll(() => idsIn(log)).toContain('after-the-move');
  const all = [...(await idsIn(`${log}.1`)), ...(await idsIn(log))];
  expect(all.toSorted()).toEqual([...ids, 'after-the-move'].toSorted());
});
