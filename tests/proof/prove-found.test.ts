import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Failures that `npm run prove` found (docs/proof.md), each reproduced. */

/** A proxy that can hold the database's replies and pass them on in one piece, as on a busy machine. */
let held: Buffer[] | undefined;
let toShop: Socket | undefined;
const sockets = new Set<Socket>();

async function throughHoldingProxy(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const target = Number(url.port);
  const server = createServer((client) => {
    const database = connect(target, '127.0.0.1');
    for (const socket of [client, database]) sockets.add(socket.on('error', () => undefined));
    client.on('data', (bytes) => database.write(bytes)).on('close', () => database.destroy());
    database.on('data', (bytes) => {
      toShop = client;
      if (held) held.push(bytes as Buffer);
      else client.write(bytes);
    });
    database.on('close', () => held || client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  url.port = String((server.address() as AddressInfo).port);
  return url.href;
}

const { databaseUrl } = await openTestShop({
  env: { DATABASE_CONNECTIONS: '1' },
  throughProxy: throughHoldingProxy,
});

const direct = new pg.Client({ connectionString: await directUrl() });
await direct.connect();
afterAll(() => direct.end());

/** Bypasses the proxy. */
async function directUrl(): Promise<string> {
  const [row] = await db().$queryRaw<{ port: number }[]>`SELECT inet_server_port() AS port`;
  const url = new URL(databaseUrl);
  url.port = String(row?.port);
  return url.href;
}

const backendOf = async () => {
  const [row] = await db().$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? 0;
};
const endBackend = (pid: number) => direct.query('SELECT pg_terminate_backend($1)', [pid]);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

// What broke: the process ended.
test('a process survives the end of its database session while other queries wait for it', async () => {
  const pid = await backendOf();
  held = [];
  // Prisma sends a query only when its promise is awaited.
  const first = db().$queryRaw`SELECT 1 AS one`.then((rows) => rows);
  await until(() => Buffer.concat(held ?? []).length > 0);
  // The first answer is held, so this query waits for the only connection.
  const second = db().$transaction((tx) => tx.$queryRaw`SELECT 2 AS two`);
  const outcomes = Promise.allSettled([first, second]);
  await endBackend(pid);
  await until(() => Buffer.concat(held ?? []).includes('57P01'));
  toShop?.write(Buffer.concat(held));
  held = undefined;
  const [answered, waited] = await outcomes;
  // The process survives: an unhandled error would fail this file. The waiting query gets an error.
  expect(answered?.status).toBe('fulfilled');
  if (waited?.status === 'rejected') expect(isDatabaseAway(waited.reason)).toBe(true);
  toShop?.destroy();
  await expect.poll(() => backendOf().catch(() => pid)).not.toBe(pid);
});

// What broke: the answer was a 500, not "the database is away".
test('a connection that is reset within a transaction means that the database is away', async () => {
  const broken = db().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1`;
    toShop?.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await tx.$queryRaw`SELECT 2`;
  });
  const error = await broken.catch((reason: unknown) => reason);
  expect(isDatabaseAway(error)).toBe(true);
});

// What broke: each of these was a 500.
test.each(['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'])(
  'the driver adapter’s %s means that the database is away',
  (kind) => {
    expect(isDatabaseAway(Object.assign(new Error(kind), { cause: { kind } }))).toBe(true);
  },
);
