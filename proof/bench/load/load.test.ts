import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Target } from '#proof/bench/load/connection.ts';
import { cycle, offer, saturate } from '#proof/bench/load/load.ts';
import { overload } from '#proof/bench/load/overload.ts';
import { latencyOf } from '#proof/bench/load/record.ts';
import { requestBytes } from '#proof/bench/load/request.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function serve(listener: RequestListener): Promise<Target> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => requestBytes('POST', `/${index}`, {}, { index }));

describe('a closed load', () => {
  it('sends every request once, with the given number in flight', async () => {
    const seen = new Map<string, number>();
    let inFlight = 0;
    let most = 0;
    const target = await serve((request, response) => {
      seen.set(request.url ?? '', (seen.get(request.url ?? '') ?? 0) + 1);
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.writeHead(201, { 'idempotent-replayed': 'true' }).end('{}');
      }, 1);
    });
    const result = await saturate(target, requests(200), { connections: 8 });
    expect(result).toMatchObject({ sent: 200, statuses: { 201: 200 }, replayed: 200 });
    expect([...seen.values()]).toEqual(Array.from({ length: 200 }, () => 1));
    expect(most).toBeLessThanOrEqual(8);
  });

  it('counts a request whose connection broke as unanswered, and never sends it again', async () => {
    const seen: string[] = [];
    const target = await serve((request, response) => {
      seen.push(request.url ?? '');
      if (request.url === '/3') request.socket.destroy();
      else response.writeHead(200).end('ok');
    });
    const result = await saturate(target, requests(10), { connections: 2 });
    expect(result.statuses).toEqual({ 200: 9, error: 1 });
    expect(result.statusOf[3]).toBe(0);
    expect(seen.sort()).toEqual(
      requests(10)
        .map((_, index) => `/${index}`)
        .sort(),
    );
  });

  it('opens a new connection when the server closes the old one', async () => {
    const target = await serve((_, response) => response.writeHead(200, { connection: 'close' }).end('ok'));
    expect((await saturate(target, requests(20), { connections: 3 })).statuses).toEqual({ 200: 20 });
  });
});

describe('a load in the background', () => {
  it('repeats its requests until it is stopped, and then waits for the open ones', async () => {
    let answered = 0;
    const target = await serve((request, response) => {
      setTimeout(() => {
        answered += 1;
        response.writeHead(request.url === '/1' ? 503 : 200).end('ok');
      }, 2);
    });
    const running = cycle(target, requests(3), { connections: 4 });
    await expect.poll(() => answered).toBeGreaterThan(30);
    const { sent, statuses, latencyOf: times } = await running.stop();
    expect(sent).toBe(answered);
    expect((statuses['200'] ?? 0) + (statuses['503'] ?? 0)).toBe(sent);
    expect(statuses['503']).toBeGreaterThan(sent / 4);
    expect(times).toHaveLength(sent);
  });
});

describe('an open load', () => {
  it('counts the time that requests wait for a stalled server before they are sent', async () => {
    let stalledUntil = 0;
    const target = await serve((request, response) => {
      if (request.url === '/0') stalledUntil = performance.now() + 400;
      setTimeout(() => response.writeHead(200).end('ok'), Math.max(0, stalledUntil - performance.now()));
    });
    // One connection: while it waits, the other requests are due but cannot be sent.
    const result = await offer(target, requests(20), { perSecond: 100, connections: 1 });
    expect(result.statuses).toEqual({ 200: 20 });
    expect(result.latencyOf[10]).toBeGreaterThan(250);
    expect(latencyOf(result).p50).toBeGreaterThan(200);
  });

  it('keeps to its schedule', async () => {
    const target = await serve((_, response) => response.writeHead(200).end('ok'));
    const { seconds } = await offer(target, requests(100), { perSecond: 200, connections: 10 });
    expect(seconds).toBeGreaterThan(0.49);
  });
});

describe('an overload', () => {
  it('sends refused orders again but accepted ones never, and reports its end once', async () => {
    const accepted = new Map<string, number>();
    let calls = 0;
    const target = await serve((request, response) => {
      calls += 1;
      const url = request.url ?? '';
      if (calls % 3 > 0) return response.writeHead(503).end('busy');
      accepted.set(url, (accepted.get(url) ?? 0) + 1);
      response.writeHead(201).end('made');
    });
    let over = 0;
    const result = await overload(target, requests(150), {
      perSecond: 300,
      seconds: 1,
      connections: 20,
      onOver: () => {
        over += 1;
      },
    });
    expect(over).toBe(1);
    expect(result.due).toBe(300);
    expect(result.sent).toBe(calls);
    expect([...accepted.values()].every((times) => times === 1)).toBe(true);
    const told = [...result.orderOf].filter((_, request) => result.statusOf[request] === 201);
    expect(told.map((order) => `/${order}`).sort()).toEqual([...accepted.keys()].sort());
    expect(result.statuses['503']).toBeGreaterThan(result.statuses['201'] ?? 0);
  });

  it('never sends requests later that found no free connection', async () => {
    const target = await serve((_, response) => setTimeout(() => response.writeHead(201).end('made'), 200));
    const result = await overload(target, requests(500), {
      perSecond: 400,
      seconds: 1,
      connections: 10,
      onOver: () => undefined,
    });
    expect(result.sent).toBeLessThan(100);
    expect(result.unsent).toBe(400 - result.sent);
  });
});
