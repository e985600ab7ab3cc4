import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { makeCertificate } from '#tests/support/services/certificate.ts';
import { openTestEdge } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** TLS and HTTP/2, as a browser uses them with the edge. */

await openTestShop();
const folder = await mkdtemp(path.join(os.tmpdir(), 'once-tls-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { certificate, key, ca } = await makeCertificate(folder);

const shop = await startUpstream(handlersListener);
const direct = callUrl(`http://${shop.address}`);
const edge = await openTestEdge({ upstreams: [shop.address], tls: { certificate, key } });
const session: ClientHttp2Session = connect(edge.url, { ca });
afterAll(() => session.close());

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** One request over the shared HTTP/2 connection. Node sends no Content-Length of its own. */
function ask(headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const answer: Answer = { status: 0, headers: {}, body: '' };
    stream.setEncoding('utf8');
    stream.on('response', (given) => {
      answer.status = Number(given[constants.HTTP2_HEADER_STATUS]);
      answer.headers = given;
    });
    stream.on('data', (text: string) => {
      answer.body += text;
    });
    stream.on('error', reject).on('end', () => resolve(answer));
    if (body !== undefined) stream.end(body);
  });
}

test('HTTP/2 works, and a browser is told to use TLS from now on', async () => {
  const answer = await ask({ ':path': '/api/health' });
  expect(session.alpnProtocol).toBe('h2');
  expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
  expect(shop.seen.at(-1)?.headers).toMatchObject({
    host: new URL(edge.url).host,
    'x-forwarded-proto': 'https',
  });
});

test('HTTP/1.1 works for clients without HTTP/2', async () => {
  const status = await new Promise((resolve, reject) => {
    httpsRequest(`${edge.url}/api/health`, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
});

test('copies of an order on one HTTP/2 connection make one order, with or without a length, and another body is refused', async () => {
  const shopper = await shopperWith(direct, await addProduct('HTTP2'));
  const body = await shopper.body();
  const text = JSON.stringify(body);
  const headers = (length?: number): Record<string, string> => ({
    ':method': 'POST',
    ':path': '/api/orders',
    'content-type': 'application/json',
    cookie: shopper.cookie,
    origin: edge.url,
    'idempotency-key': body.submitToken,
    ...(length === undefined ? {} : { 'content-length': String(length) }),
  });
  const length = Buffer.byteLength(text);
  const first = await ask(headers(length), text);
  expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined]);
  const before = shop.asked('POST', '/api/orders');
  const copies = await Promise.all(
    Array.from({ length: 30 }, (_, index) => ask(headers(index % 2 ? length : undefined), text)),
  );
  for (const copy of copies) {
    expect([copy.status, copy.body, copy.headers['idempotent-replayed']]).toEqual([201, first.body, 'true']);
  }
  expect(shop.asked('POST', '/api/orders')).toBe(before);
  for (const known of [length, undefined]) {
    const other = await ask(headers(known), text.replace('ada@', 'eve@'));
    expect([other.status, JSON.parse(other.body).code]).toEqual([422, 'key_reused']);
  }
  expect(await soldOf('HTTP2')).toEqual({ orders: 1, quantity: 1 });
});

test('a body that is too large is answered with a problem here too', async () => {
  const answer = await ask({ ':method': 'POST', ':path': '/api/orders' }, 'x'.repeat(17_000));
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([413, 'payload_too_large']);
});
