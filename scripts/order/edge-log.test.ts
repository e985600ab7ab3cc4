import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SubmissionOfOrder } from '#lib/order-management/proof/read-submissions.ts';
import { countAtEdge } from './edge-log.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-edge-log-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const order = {
  id: 'c66b4225-0000-4000-8000-000000000001',
  number: 'A',
  status: 'placed',
  totalMinor: 1,
  currency: 'USD',
  placedAt: new Date('2026-11-30T12:00:00.500Z'),
};
const before = {
  time: '2026-11-30T11:59:00+00:00',
  requestId: 'earlier',
  method: 'GET',
  cache: '',
  order: '',
};

const passedOn = (requestId: string, change = {}) => ({
  time: '2026-11-30T12:00:01+00:00',
  requestId,
  method: 'POST',
  path: '/api/orders',
  cache: 'MISS',
  order: order.id,
  ...change,
});

const copy = (time: string) => ({ time, requestId: 'copy', status: 201, cache: 'HIT', order: order.id });

const recorded = (requestId: string, change: Partial<SubmissionOfOrder> = {}): SubmissionOfOrder => ({
  at: order.placedAt,
  requestId,
  kind: 'sent_again',
  layer: 'redis',
  status: 201,
  outcome: 'replayed',
  attempt: null,
  namesOrder: true,
  network: null,
  process: 'web1:1',
  tookMs: 1,
  copies: 1,
  traceId: null,
  ...change,
});

async function logOf(lines: object[], name = 'access.log'): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

test('requests that share a record are not called lost', async () => {
  // What broke: a shared record has the id of its first request, so the others were named as not recorded.
  const ids = Array.from({ length: 150 }, (_, number) => `request-${number}`);
  const file = await logOf([before, ...ids.map((id) => passedOn(id))]);
  const rows = ids.slice(0, 100).map((id) => recorded(id));
  const submissions = [...rows, recorded('request-100', { copies: 50 })];
  expect(await countAtEdge([file], { order, submissions })).toMatchObject({
    recorded: 101,
    shared: 49,
    notRecorded: 0,
    unrecorded: [],
  });
});

test('of many requests without a record twenty are named, and those that share one are subtracted', async () => {
  const ids = Array.from({ length: 60 }, (_, number) => `request-${number}`);
  const file = await logOf([before, ...ids.map((id) => passedOn(id))]);
  const submissions = [
    recorded('request-0', { copies: 11 }),
    // nginx logs no order for this answer, so its copies explain no line.
    recorded('busy', { copies: 30, status: 409, outcome: 'in_progress', namesOrder: false }),
  ];
  expect(await countAtEdge([file], { order, submissions })).toMatchObject({
    recorded: 1,
    shared: 10,
    notRecorded: 49,
    unrecorded: ids.slice(1, 21),
  });
});

test('a file that is named twice is counted once', async () => {
  const file = await logOf([before, copy('2026-11-30T12:00:02+00:00'), passedOn('first')]);
  const twice = [file, path.join(folder, '..', path.basename(folder), 'access.log')];
  const submissions = [recorded('first')];
  expect(await countAtEdge(twice, { order, submissions })).toMatchObject({ copies: 1, recorded: 1 });
});

test('a form that cancels the order is no submission of it', async () => {
  const cancel = passedOn('cancels', { path: `/api/orders/${order.id}/cancel` });
  const pays = passedOn('pays', { path: `/api/orders/${order.id}/payments` });
  const file = await logOf([before, cancel, pays]);
  expect(await countAtEdge([file], { order, submissions: [] })).toMatchObject({ unrecorded: ['pays'] });
});

test('a log that begins after the order has some of the copies, and the older file has the others', async () => {
  const newer = await logOf([copy('2026-11-30T12:00:09+00:00')]);
  const older = await logOf([before, copy('2026-11-30T12:00:02+00:00')], 'access.log.1');
  const part = await countAtEdge([newer], { order, submissions: [] });
  expect(part).toMatchObject({ copies: 1, isComplete: false, since: '2026-11-30T12:00:09.000Z' });
  const whole = await countAtEdge([newer, older], { order, submissions: [] });
  expect(whole).toMatchObject({
    copies: 2,
    isComplete: true,
    first: '2026-11-30T12:00:02.000Z',
    last: '2026-11-30T12:00:09.000Z',
  });
  const empty = await logOf([], 'empty.log');
  expect(await countAtEdge([empty], { order, submissions: [] })).toMatchObject({ isComplete: false });
});
