import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { assetsFolder, buildAssets } from '#scripts/launch/parts/build-assets.ts';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import nextConfig from '../../next.config.ts';

/** Built files and pictures, which the edge sends without the shop. */

const root = await mkdtemp(path.join(os.tmpdir(), 'once-files-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const files = {
  '.next/static/chunks/a.js': 'export const words = "once upon a time";\n'.repeat(50),
  '.next/static/chunks/a.css': 'p { margin: 0 }\n'.repeat(50),
  '.next/static/media/font.woff2': 'not a real font',
  'public/products/beech-dish-brush.svg': `<svg>${'<path/>'.repeat(100)}</svg>`,
};
for (const [name, text] of Object.entries(files)) {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), text);
}
await buildAssets(root);

const shop = await startUpstream((request, response) => {
  response.statusCode = request.url?.startsWith('/_next/') ? 404 : 200;
  response.end('from the shop');
});
const edge = await openTestEdge({ upstreams: [shop.address] }, afterAll, path.join(root, assetsFolder));

/** The body's bytes and the headers, without decoding. */
async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${edge.url}${url}`, { headers });
  return { status: response.status, header: (name: string) => response.headers.get(name), response };
}

/** Sends the path as it is. Other clients resolve dots in it themselves. */
async function getExactly(path: string): Promise<string> {
  const socket = connect(edge.port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${edge.port}\r\nConnection: close\r\n\r\n`);
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  await once(socket, 'close');
  return text;
}

const script = '/_next/static/chunks/a.js';
const immutable = 'public, max-age=31536000, immutable';

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.5', 'br'],
  ['gzip;q=0', undefined],
  ['identity', undefined],
  ['xbr', undefined],
])('for “Accept-Encoding: %s” a script is compressed with %s', async (accepted, encoding) => {
  const answer = await sendRaw(`${edge.url}${script}`, { headers: [['Accept-Encoding', accepted]] });
  expect([answer.status, answer.headers('content-encoding')]).toEqual([200, encoding ? [encoding] : []]);
  expect(answer.headers('content-type')).toEqual(['text/javascript; charset=utf-8']);
  expect(answer.headers('vary')).toEqual(['Accept-Encoding']);
  expect(answer.headers('cache-control')).toEqual([immutable]);
  expect(answer.headers('x-content-type-options')).toEqual(['nosniff']);
  expect(answer.headers('x-request-id')).toHaveLength(1);
  const { response } = await get(script, { 'accept-encoding': accepted });
  expect(await response.text()).toBe(files['.next/static/chunks/a.js']);
});

test('the sent bytes are those that were compressed at the build', async () => {
  const bytesOf = async (encoding: string) => {
    const answer = await sendRaw(`${edge.url}${script}`, { headers: [['Accept-Encoding', encoding]] });
    return Number(answer.headers('content-length')[0]);
  };
  const built = (folder: string) => readFile(path.join(root, assetsFolder, folder, script));
  const [br, gzip] = [await built('br'), await built('gzip')];
  expect([await bytesOf('br'), await bytesOf('gzip')]).toEqual([br.length, gzip.length]);
  expect([String(brotliDecompressSync(br)), String(gunzipSync(gzip))]).toEqual([
    files['.next/static/chunks/a.js'],
    files['.next/static/chunks/a.js'],
  ]);
});

test.each([
  ['/_next/static/chunks/a.css', 'text/css; charset=utf-8', 'br'],
  ['/_next/static/media/font.woff2', 'font/woff2', null],
  ['/products/beech-dish-brush.svg', 'image/svg+xml', 'br'],
])('%s has the type %s', async (url, type, encoding) => {
  const { status, header } = await get(url, { 'accept-encoding': 'br' });
  expect([status, header('content-type'), header('content-encoding')]).toEqual([200, type, encoding]);
});

test('a picture has the lifetime that the shop gives it', async () => {
  const rules = (await nextConfig.headers?.()) ?? [];
  const ofPictures = rules.find(({ source }) => source.startsWith('/products/'))?.headers;
  const [cacheControl] = ofPictures?.filter(({ key }) => key === 'Cache-Control') ?? [];
  const { header } = await get('/products/beech-dish-brush.svg');
  expect(header('cache-control')).toBe(cacheControl?.value);
});

test('a file that a client has is not sent again, and each encoding has its own ETag', async () => {
  const [br, plain] = [
    await get(script, { 'accept-encoding': 'br' }),
    await get(script, { 'accept-encoding': 'identity' }),
  ];
  expect(br.header('etag')).not.toBe(plain.header('etag'));
  const again = await get(script, { 'accept-encoding': 'br', 'if-none-match': br.header('etag') ?? '' });
  expect([again.status, again.header('cache-control'), again.header('vary')]).toEqual([
    304,
    immutable,
    'Accept-Encoding',
  ]);
});

test('none of these files reached the shop', () => {
  expect(shop.seen).toEqual([]);
});

test('what the folder lacks comes from the shop: a missing script, and the picture of a product without one', async () => {
  const missing = await get('/_next/static/chunks/gone.js');
  expect([missing.status, shop.asked('GET', '/_next/static/chunks/gone.js')]).toEqual([404, 1]);
  expect(missing.header('cache-control')).not.toContain('immutable');
  const picture = await get('/products/none.svg');
  expect([picture.status, await picture.response.text()]).toEqual([200, 'from the shop']);
});

test('during a deployment a file of one build is found, whichever process is asked first', async () => {
  const chunk = /^\/_next\/static\/chunks\/new-/;
  const earlier = await startUpstream((_, response) => response.writeHead(404).end());
  const later = await startUpstream((request, response) => {
    response.writeHead(chunk.test(request.url ?? '') ? 200 : 404).end();
  });
  // Without a folder of built files.
  const both = await openTestEdge({ upstreams: [earlier.address, later.address] }, onTestFinished);
  const statusOf = async (name: string) => (await both.call(`/_next/static/chunks/${name}.js`)).status;
  const found: number[] = [];
  for (let index = 0; index < 6; index += 1) found.push(await statusOf(`new-${index}`));
  expect(found).toEqual(Array(6).fill(200));
  expect(earlier.seen.length).toBeGreaterThan(0);
  expect(await statusOf('gone')).toBe(404);
});

test.each([404, 400])(
  'a file that is missing (%i) is asked for again, by nginx and by browsers',
  async (status) => {
    const url = `/_next/static/chunks/later-${status}.js`;
    const immutably = { 'cache-control': 'public, max-age=31536000, immutable' };
    let isThere = false;
    const one = await startUpstream((_, response) =>
      response.writeHead(isThere ? 200 : status, immutably).end(),
    );
    const alone = await openTestEdge({ upstreams: [one.address] }, onTestFinished);
    const missing = await alone.call(url);
    expect([missing.status, missing.headers.get('cache-control')]).toEqual([status, 'no-store']);
    isThere = true;
    const there = await alone.call(url);
    expect([there.status, there.headers.get('cache-control')]).toEqual([200, immutable]);
  },
);

test.each([
  '/_next/static/../../../../nginx.conf',
  '/_next/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/nginx.conf',
  '/_next/static/..%2f..%2f..%2f..%2fnginx.conf',
  '/products/..%2f..%2f..%2faccess.log',
  '/products/%2e%2e/%2e%2e/_next/static/chunks/a.js',
  '/br/_next/static/chunks/a.js',
  '/plain/_next/static/chunks/a.js',
  '/_next/static/chunks/',
  '/_next/static/chunks',
  '/_next/static/chunks/a.js%00.css',
])('%s leads to no file', async (url) => {
  const answer = await getExactly(url);
  expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404|200 OK\r\n[\s\S]*from the shop$)/);
  expect(answer).not.toMatch(/^etag:/im);
});

test('a script is not changed by a method that would change it', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const { status } = await sendRaw(`${edge.url}${script}`, { method, body: 'x' });
    expect([method, status >= 400]).toEqual([method, true]);
  }
});
