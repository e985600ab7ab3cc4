import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import type { Caller } from '#proof/bench/calls/kinds.ts';
import type { RecordedCall } from '#proof/bench/calls/record-calls.ts';

/**
 * The least that a Node server can do with a JSON call of the shop: send the statements that the shop sends,
 * prepared, one after the other, and answer the same JSON. It knows the ids of every shopper beforehand,
 * checks nothing, and looks at no row. `BARE_DATABASE_URL=… node
 * proof/bench/yardsticks/bare-json-server.ts <port> <file>`
 */

/** As many as the shop has for everything but orders. */
const connections = 10;

/** What the server reads at its start. */
export interface BareJson {
  calls: RecordedCall[];
  callers: Caller[];
}

const { calls, callers } = JSON.parse(readFileSync(process.argv[3] as string, 'utf8')) as BareJson;
const byUser = new Map(callers.map((caller) => [caller.userId, caller]));
const pool = new pg.Pool({ connectionString: process.env.BARE_DATABASE_URL, max: connections });

const paths: [name: string, method: string, start: string][] = [
  ['cart edit', 'PUT', '/api/cart/lines/'],
  ['quote', 'GET', '/api/checkout'],
  ['order status', 'GET', '/api/orders/'],
  ['cart', 'GET', '/api/cart'],
];

function callOf({ method, url = '' }: IncomingMessage): RecordedCall | undefined {
  const name = paths.find(([, of, start]) => of === method && url.startsWith(start))?.[0];
  return calls.find((call) => call.name === name);
}

const cookie = /once_session=([0-9a-f-]{36})/;

async function send({ statements }: RecordedCall, known: Record<string, unknown>): Promise<void> {
  const queries = statements.map(({ text, values }) => ({
    text,
    values: values.map((value) => ('of' in value ? known[value.of] : value.literal)),
    // Only statements with values are worth preparing.
    ...(values.length > 0 ? { name: nameOf(text) } : {}),
  }));
  const client = await pool.connect();
  try {
    for (const query of queries) await client.query(query);
  } finally {
    client.release();
  }
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}

async function read(request: IncomingMessage): Promise<{ quantity?: number }> {
  if (request.method === 'GET') return {};
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return JSON.parse(text) as { quantity: number };
}

const server = createServer(async (request, response) => {
  const call = callOf(request);
  const caller = byUser.get(request.headers.cookie?.match(cookie)?.[1] ?? '');
  if (!call || !caller) {
    response.writeHead(404).end();
    return;
  }
  try {
    await send(call, { ...caller, ...(await read(request)) });
    const body = JSON.stringify(call.answer);
    const length = Buffer.byteLength(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length }).end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1');
