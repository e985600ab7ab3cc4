import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { requestBytes } from '#proof/bench/load/request.ts';
import { offerWhile } from '#proof/bench/reconcile/offer-while.ts';

const server = createServer((_, response) => response.writeHead(201).end('{}'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.closeAllConnections());
server.unref();
const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };

const requests = (count: number) => Array.from({ length: count }, () => requestBytes('POST', '/', {}, {}));
const pace = { perSecond: 20, connections: 4 };

test('orders are offered until the work is over, and then to the end of five seconds', async () => {
  const result = await offerWhile(sleep(50), target, requests(400), pace);
  expect(result).toMatchObject({ sent: 100, statuses: { 201: 100 } });
  expect(result.seconds).toBeGreaterThan(4.5);
}, 20_000);

test('work that fails ends the orders, too, and its failure is left to its owner', async () => {
  const failed = Promise.reject(new Error('the run failed'));
  expect(await offerWhile(failed, target, requests(30), pace)).toMatchObject({ sent: 30 });
  await expect(failed).rejects.toThrow('the run failed');
}, 20_000);

test('work that takes longer than there are orders gets them all', async () => {
  const work = new Promise(() => undefined);
  expect(await offerWhile(work, target, requests(30), pace)).toMatchObject({ sent: 30 });
}, 20_000);
