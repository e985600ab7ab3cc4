import { createServer, type IncomingMessage } from 'node:http';
import { Redis } from 'ioredis';
import pg from 'pg';

/**
 * The recipe against double submits from many tutorials, unchanged: look the key up in Redis, set it,
 * insert. Other requests can run between the look and the set, and the table has no unique key because
 * "Redis takes care of that". It is here to be measured. `RACY_DATABASE_URL=… RACY_REDIS_URL=… node
 * proof/bench/yardsticks/racy-server.ts <port>`
 */

const keySeconds = 60;

const { RACY_DATABASE_URL, RACY_REDIS_URL } = process.env;
const pool = new pg.Pool({ connectionString: RACY_DATABASE_URL, max: 16 });
const redis = new Redis(RACY_REDIS_URL as string);

interface Submission {
  submitToken: string;
  cartId: string;
  totalMinor: number;
}

async function placeOrder({ submitToken, cartId, totalMinor }: Submission): Promise<201 | 409> {
  const key = `racy:${submitToken}`;
  if (await redis.get(key)) return 409;
  await redis.setex(key, keySeconds, '1');
  await pool.query({
    name: 'insert',
    text: 'INSERT INTO racy_order (token, cart_id, total_minor) VALUES ($1, $2, $3)',
    values: [submitToken, cartId, totalMinor],
  });
  return 201;
}

async function read(request: IncomingMessage): Promise<Submission> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return JSON.parse(text) as Submission;
}

const server = createServer(async (request, response) => {
  const status = await read(request).then(placeOrder);
  const body = JSON.stringify({ outcome: status === 201 ? 'accepted' : 'duplicate request' });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
