import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Disturbance, type FaultProxy, startFaultProxy } from '#proof/chaos/lab/fault-proxy.ts';
import { ask } from '#proof/chaos/load/ask.ts';

/** A fault that does not do what its name says would prove nothing. */

let carriedOut = 0;
let server: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  carriedOut = 0;
  server = createServer((_request, response) => {
    carriedOut += 1;
    response.end('a whole answer of the server');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  server.close();
});

const post = () => ask({ port: proxy.port, method: 'POST', path: '/api/orders', body: '{}' });
const always = () => true;

const losing: [Disturbance, carriedOut: number][] = [
  [{ kind: 'reset' }, 0],
  [{ kind: 'cut' }, 1],
  [{ kind: 'half_close' }, 1],
  [{ kind: 'lose_reply', to: ['POST /api/orders'] }, 1],
];

test.each(losing)('$kind: no complete answer arrives', async (disturbance, times) => {
  proxy.disturb(disturbance, always);
  await expect(post()).rejects.toThrow();
  expect(carriedOut).toBe(times);
  expect(proxy.disturbed()).toBeGreaterThan(0);
  proxy.heal();
  expect(await post()).toMatchObject({ status: 200 });
});

test('late: a request is executed after its client has gone, and answered if the client has not', async () => {
  proxy.disturb({ kind: 'late', to: ['POST /api/orders'], ms: 300 }, always);
  const gone = new AbortController();
  const url = `http://127.0.0.1:${proxy.port}/api/orders`;
  const given = fetch(url, { method: 'POST', body: '{}', signal: gone.signal }).catch(
    (error: Error) => error,
  );
  await expect.poll(() => proxy.disturbed()).toBe(1);
  gone.abort();
  expect(await given).toBeInstanceOf(Error);
  expect(carriedOut).toBe(0);
  await expect.poll(() => carriedOut).toBe(1);
  expect(await post()).toMatchObject({ status: 200 });
  expect(carriedOut).toBe(2);
  proxy.heal();
  expect(await post()).toMatchObject({ status: 200 });
});

test('latency: the answer is late and complete', async () => {
  proxy.disturb({ kind: 'latency', ms: 150 }, always);
  const beganAt = performance.now();
  expect(String((await post()).body)).toBe('a whole answer of the server');
  expect(performance.now() - beganAt).toBeGreaterThan(280);
});

test('a black hole: nothing arrives until it is healed, and then the connection ends', async () => {
  proxy.disturb({ kind: 'black_hole' }, always);
  const answer = post().catch((error: Error) => error);
  expect(
    await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'nothing yet'))]),
  ).toBe('nothing yet');
  proxy.heal();
  expect(await answer).toBeInstanceOf(Error);
  expect(carriedOut).toBe(0);
});

test('a fault whose probability says no disturbs nothing', async () => {
  proxy.disturb({ kind: 'reset' }, () => false);
  expect(await post()).toMatchObject({ status: 200 });
  expect(proxy.disturbed()).toBe(0);
});
