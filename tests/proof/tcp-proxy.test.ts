import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callOnce } from '#proof/harness/shopper/call-once.ts';
import { type Disturbance, first, startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';

/** A fault that does not do what its name says would prove nothing. */

let carriedOut = 0;
let server: Server;
let proxy: TcpProxy;

beforeEach(async () => {
  carriedOut = 0;
  server = createServer((_request, response) => {
    carriedOut += 1;
    response.end('a whole answer of the server');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  server.close();
});

const post = () => callOnce(proxy.port)('/api/orders', { method: 'POST', body: '{}' });

const losing: [Disturbance, carriedOut: number][] = [
  [{ kind: 'reset' }, 0],
  [{ kind: 'cut' }, 1],
  [{ kind: 'half_close' }, 1],
  [{ kind: 'lose_reply', to: ['POST /api/orders'] }, 1],
];

test.each(losing)('$kind: no complete answer arrives', async (disturbance, times) => {
  proxy.disturb(disturbance);
  await expect(post()).rejects.toThrow();
  expect(carriedOut).toBe(times);
  expect(proxy.disturbed()).toBeGreaterThan(0);
  proxy.heal();
  expect(await post()).toMatchObject({ status: 200 });
});

test('late: a request is executed after its client has gone, and answered if the client has not', async () => {
  proxy.disturb({ kind: 'late', to: ['POST /api/orders'], ms: 300 });
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
  proxy.disturb({ kind: 'latency', ms: 150 });
  const beganAt = performance.now();
  expect(await (await post()).text()).toBe('a whole answer of the server');
  expect(performance.now() - beganAt).toBeGreaterThan(280);
});

test('a black hole: nothing arrives until it is healed, and then the connection ends', async () => {
  proxy.disturb({ kind: 'black_hole' });
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

test('a held request does not arrive, and what is held back stays so', async () => {
  proxy.disturb({ kind: 'hold_request', to: ['POST /api/orders'] });
  const answer = post().catch((error: Error) => error);
  await expect.poll(proxy.isHolding).toBe(true);
  proxy.heal();
  expect(proxy.isHolding()).toBe(false);
  expect(await post()).toMatchObject({ status: 200 });
  expect(carriedOut).toBe(1);
  await proxy.close();
  expect(await answer).toBeInstanceOf(Error);
  expect(carriedOut).toBe(1);
});

test('a held reply means that its request was executed', async () => {
  proxy.disturb({ kind: 'hold_reply', to: ['POST /api/orders'] }, first(1));
  const answer = post().catch((error: Error) => error);
  await expect.poll(proxy.isHolding).toBe(true);
  expect(carriedOut).toBe(1);
  expect(await post()).toMatchObject({ status: 200 });
  await proxy.close();
  expect(await answer).toBeInstanceOf(Error);
});

test('silence: open connections forward nothing any more, and new ones work', async () => {
  const { port } = proxy;
  const open = connect(port, '127.0.0.1').on('error', () => undefined);
  const heard: Buffer[] = [];
  open.on('data', (bytes: Buffer) => heard.push(bytes));
  const send = () => open.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n');
  send();
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  proxy.silence();
  send();
  expect(await post()).toMatchObject({ status: 200 });
  expect(carriedOut).toBe(2);
  open.destroy();
});
