import { createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';

/**
 * The errors to which the driver gives no code, each caused for real. If a release of the driver words one
 * differently, these tests fail, and the shop does not answer an outage with "Something went wrong".
 */

const sockets = new Set<Socket>();
let server: Server;
let connectionString = '';
/** What the server does with a connection after its first message. */
let receive: (socket: Socket) => void;

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => receive(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  connectionString = `postgres://once@127.0.0.1:${port}/once?sslmode=disable`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** PostgreSQL's messages AuthenticationOk and ReadyForQuery. */
const welcome = Buffer.from('520000000800000000' + '5a0000000549', 'hex');
const accept = (socket: Socket) => socket.write(welcome);

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

async function connected(): Promise<pg.Client> {
  receive = accept;
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function expectAway(error: unknown, words: string): void {
  expect(error).toMatchObject({ message: words });
  expect(error).not.toHaveProperty('code');
  expect(isDatabaseAway(error)).toBe(true);
}

test('a server that hangs up while it is asked is away', async () => {
  receive = (socket) => socket.end();
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  expectAway(await reasonOf(client.connect()), 'Connection terminated unexpectedly');
});

test('a query on a connection that was lost, or closed, means that the database is away', async () => {
  const lost = await connected();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => lost.once('end', resolve));
  expectAway(
    await reasonOf(lost.query('SELECT 1')),
    'Client has encountered a connection error and is not queryable',
  );
  const closed = await connected();
  void closed.end();
  expectAway(await reasonOf(closed.query('SELECT 1')), 'Client was closed and is not queryable');
});

test('a server that accepts connections and stays silent is away', async () => {
  receive = () => undefined;
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 50 });
  expectAway(await reasonOf(pool.connect()), 'Connection terminated due to connection timeout');
  await pool.end();
});

test('a database whose connections are all in use is away', async () => {
  receive = accept;
  const pool = new pg.Pool({ connectionString, max: 1, connectionTimeoutMillis: 500 });
  pool.on('error', () => undefined);
  const held = await pool.connect();
  expectAway(await reasonOf(pool.connect()), 'timeout exceeded when trying to connect');
  held.release(true);
  await pool.end();
});

test('a mistake of the shop is not an outage', () => {
  expect(isDatabaseAway(new TypeError('rows is not iterable'))).toBe(false);
});
