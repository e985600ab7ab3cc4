import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { orderListener } from '#host/calls/node-listener.ts';
import { enter } from '#lib/checkout/gateway/admission.ts';
import { clientAddress, setOwnHeader } from '#lib/platform/http/client-address.ts';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { sealSession } from '#lib/platform/session/session.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** `POST /api/orders` over real sockets, as server.ts serves it. */

// A loopback address is counted only on a local shop. Without Redis the process counts by itself, because on
// a busy machine Redis may answer too late.
await openTestShop({ env: { REDIS_URL: '', LOCAL_SHOP: '1', RATE_LIMIT_IP_PER_MIN: '2', ...metricsEnv } });

const header = declareHostResolvesIp();
const handle = orderListener('127.0.0.1');
const server = createServer((request, response) => {
  setOwnHeader(request, header, clientAddress(request, []));
  void handle(request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a client that forges its address is limited by the address it really uses', async () => {
  // What broke: the address was read after the body, from headers that only the client had written.
  await addProduct('SPOOF');
  const statuses: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    const shopper = await shopperWith(callHandlers, 'SPOOF');
    const body = await shopper.body();
    const response = await fetch(`http://127.0.0.1:${port}/api/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: shopper.cookie,
        'x-once-client-ip': `6.6.6.${count}`,
        'x-forwarded-for': `7.7.7.${count}`,
      },
      body: JSON.stringify(body),
    });
    statuses.push(response.status);
  }
  expect(statuses).toEqual([201, 201, 429, 429]);
});

test('a request without a readable host is answered with a problem with an id, not with an empty answer', async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end('POST /api/orders HTTP/1.1\r\nHost: a b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/"code":"invalid_request"/);
});

test('a body that its client cuts off does not count as an outage', async () => {
  const cookie = `once_session=${sealSession(randomUUID())}`;
  const socket = connect(port, '127.0.0.1');
  const arrived = once(server, 'request');
  socket.write(
    `POST /api/orders HTTP/1.1\r\nHost: shop\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"a":`,
  );
  await arrived;
  socket.destroy();
  await expect.poll(readMetrics).toMatch(/once_order_answers_total\{outcome="invalid_request"\} \d+/);
  expect(await readMetrics()).toContain('once_order_answers_total{outcome="unavailable"} 0');
});

/** Fills the process with submissions while `run` runs. */
async function whileBusy(run: () => Promise<void>): Promise<void> {
  const crowd = Array.from({ length: 1_024 }, enter);
  try {
    await run();
  } finally {
    for (const leave of crowd) leave();
  }
}

/** A connection on which one request is sent after the other. */
async function connection() {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return {
    async order(type: string): Promise<{ status: number; text: string; ms: number }> {
      const sentAt = performance.now();
      socket.write(
        `POST /api/orders HTTP/1.1\r\nhost: shop\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n\r\n{}`,
      );
      const [data] = (await once(socket, 'data')) as [Buffer];
      return {
        status: Number(data.toString().split(' ')[1]),
        text: data.toString(),
        ms: performance.now() - sentAt,
      };
    },
    close: () => socket.destroy(),
  };
}

test('under overload a refused client gets the usual problem, and its next request is read after a second', async () => {
  await whileBusy(async () => {
    const client = await connection();
    const first = await client.order('application/json');
    expect(first.status).toBe(503);
    expect(first.text).toMatch(/^retry-after: 1\r$/im);
    expect(first.text).toMatch(/^x-request-id: [\w-]{36}\r$/im);
    expect(first.text).toContain('"code":"overloaded"');
    expect(first.text).toContain('"retryable":true');
    const second = await client.order('application/json');
    expect(second.status).toBe(503);
    // This does not measure speed: the second request waited in the socket for as long as Retry-After says.
    expect(second.ms).toBeGreaterThan(900);
    client.close();
  });
});

test('after an overload a refused client is served on the same connection', async () => {
  const client = await connection();
  await whileBusy(async () => {
    expect((await client.order('application/json')).status).toBe(503);
  });
  expect((await client.order('application/json')).status).toBe(401);
  client.close();
});

test('under overload a form has more room, because refusing it unread loses what was typed', async () => {
  await whileBusy(async () => {
    const client = await connection();
    expect((await client.order('application/x-www-form-urlencoded')).status).toBe(303);
    client.close();
  });
});
