import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { defaultLimits } from '#scripts/services/edge/limits.ts';
import { makeCertificate } from '#tests/support/services/certificate.ts';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

/** Clients that try to use up the shop: floods of searches, of reset streams and of slow bodies. */

const limits = {
  ...defaultLimits(),
  addressConnections: 20,
  searchesPerSecond: 5,
  addressSearchesPerSecond: 2,
};

const shop = await startUpstream(async (request, response) => {
  for await (const _ of request);
  response.end('{}');
});

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-floods-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { certificate, key, ca } = await makeCertificate(folder);
const upstreams = [shop.address];
/** It exempts no address, and its limit for calls is not reached. */
const secure = await openTestEdge({
  upstreams,
  limits: { ...limits, callsPerSecond: 10_000 },
  unlimited: [],
  tls: { certificate, key },
});
/** Behind a load balancer, so that a test can use any client address. */
const edge = await openTestEdge({ upstreams, limits, balancers: ['127.0.0.1'] });

const sessions: ClientHttp2Session[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const one of [...sessions.splice(0), ...sockets.splice(0)]) one.destroy();
});

function openSession(): ClientHttp2Session {
  const session = connect(secure.url, { ca });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

/** The status of one request, or undefined if the connection took no more. */
function statusOf(session: ClientHttp2Session, url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    if (session.closed || session.destroyed) return resolve(undefined);
    const stream = session.request({ ':path': url });
    stream.on('response', (given) => resolve(Number(given[constants.HTTP2_HEADER_STATUS])));
    stream.on('error', () => resolve(undefined));
    stream.on('close', () => resolve(undefined));
    stream.resume();
  });
}

const seenBelow = (prefix: string) => shop.seen.filter(({ url }) => url.startsWith(prefix)).length;
const ask = (url: string, from: string, cookie?: string) =>
  sendRaw(`${edge.url}${url}`, {
    headers: [['X-Forwarded-For', from], ...(cookie ? [['Cookie', cookie] as [string, string]] : [])],
  });

/** A limit passes its burst, the first one, and what was regained since `began`. */
function mostSince(began: number, { perSecond, burst }: { perSecond: number; burst: number }): number {
  return 1 + burst + Math.ceil(((performance.now() - began) / 1_000) * perSecond);
}

describe('searches', () => {
  test('from many addresses and sessions reach the shop at the rate for all, while everything else passes', async () => {
    const began = performance.now();
    const searches = Array.from({ length: 64 }, (_, index) =>
      ask(
        `/search?query=w${index}`,
        `198.51.100.${index + 1}`,
        `once_session=${`${index}`.padStart(40, 'x')}`,
      ),
    );
    const others = ['/cart', '/checkout', '/api/cart', '/api/checkout'].map((url) => ask(url, '203.0.113.1'));
    const statuses = (await Promise.all(searches)).map(({ status }) => status);
    const passed = statuses.filter((status) => status === 200).length;
    expect(passed).toBeLessThanOrEqual(mostSince(began, { perSecond: 5, burst: 5 }));
    expect(statuses.filter((status) => status === 429)).toHaveLength(64 - passed);
    expect(seenBelow('/search')).toBe(passed);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('of one address leave searches for other addresses, also when each has another session', async () => {
    const began = performance.now();
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const cookie = `once_session=${`${index}`.padStart(40, 'y')}`;
        return (await ask(`/api/products?query=v${index}`, '198.51.100.201', cookie)).status;
      }),
    );
    const passed = statuses.filter((status) => status === 200).length;
    expect(passed).toBeLessThanOrEqual(mostSince(began, { perSecond: 2, burst: 8 }));
    await expect.poll(async () => (await ask('/api/products?query=mug', '198.51.100.202')).status).toBe(200);
  });
});

describe('HTTP/2 streams that are reset', () => {
  test('keep their place until the shop has answered, so one address has few requests in progress', async () => {
    // What broke: 27,900 streams that were opened and reset delayed a page by seconds. The shop worked on each.
    const release = shop.hold();
    try {
      const session = openSession();
      let answered = 0;
      for (let round = 1; round <= 5; round += 1) {
        const streams = Array.from({ length: limits.addressConnections }, (_, index) =>
          session.request({ ':path': `/api/reset-${round}-${index}` }),
        );
        for (const stream of streams) {
          stream.on('error', () => undefined).resume();
          stream.once('response', () => {
            answered += 1;
          });
        }
        // Reset only once each has reached the shop, or was refused.
        await expect.poll(() => seenBelow('/api/reset') + answered).toBe(round * limits.addressConnections);
        for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      }
      expect(seenBelow('/api/reset')).toBe(limits.addressConnections);
    } finally {
      release();
    }
    // Once they are answered, the address is served again.
    await expect.poll(() => statusOf(openSession(), '/api/after-the-flood')).toBe(200);
  });

  test('cannot be opened without end on one connection', async () => {
    const session = openSession();
    const statuses: (number | undefined)[] = [];
    for (let count = 0; count < 1_100; count += 1) statuses.push(await statusOf(session, '/.env'));
    expect(statuses.filter((status) => status === 404)).toHaveLength(1_000);
    expect(statuses.at(-1)).toBeUndefined();
  });
});

describe('bodies that arrive byte by byte', () => {
  /** Sends the headers of an order, and the first byte of its body. */
  function sendSlowly(from: string): Socket {
    const socket = connectSocket(edge.port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    const lines = [
      'POST /api/orders HTTP/1.1',
      `Host: 127.0.0.1:${edge.port}`,
      `X-Forwarded-For: ${from}`,
      'Content-Type: application/json',
      'Content-Length: 2000',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n{`);
    return socket;
  }

  test('hold no connection to the shop, and one address has few of them', async () => {
    const before = shop.seen.length;
    const slow = Array.from({ length: 40 }, () => sendSlowly('198.51.100.210'));
    let refused = 0;
    for (const socket of slow) {
      socket.once('data', (data) => {
        refused += String(data).startsWith('HTTP/1.1 429') ? 1 : 0;
      });
    }
    await expect.poll(() => refused).toBe(40 - limits.addressConnections);
    for (const socket of slow) socket.write('"');
    // Neither the shop nor other shoppers notice the others.
    expect(shop.seen.length).toBe(before);
    expect((await ask('/api/cart', '203.0.113.2')).status).toBe(200);
    const post = await sendRaw(`${edge.url}/api/orders`, {
      method: 'POST',
      headers: [['X-Forwarded-For', '203.0.113.2']],
      body: '{}',
    });
    expect(post.status).toBe(200);
  });
});
