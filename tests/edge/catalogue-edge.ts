import { gzipSync } from 'node:zlib';
import { openTestEdge, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

const kept = 's-maxage=1, stale-while-revalidate=31535940';
const vary =
  'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding';

export type Headers = [string, string][];
export const session: Headers = [['Cookie', 'once_session=ada; theme=dark']];

/**
 * Opens an edge in front of a server that answers as Next does: one address has a page or parts for the
 * router, with lifetimes for shared caches. Call it once, at the top of the file.
 */
export async function openCatalogueEdge() {
  /** While `broken`, the shop answers 500. */
  const state = { broken: false };
  let edition = 0;

  const next = await startUpstream((request, response) => {
    const { headers, method, url = '/' } = request;
    const { pathname, search } = new URL(url, 'http://shop.test');
    if (state.broken) {
      response.writeHead(500).end();
      return;
    }
    const variant = [
      headers.rsc ? 'rsc' : 'page',
      headers['next-router-prefetch'] ?? '-',
      headers['next-router-segment-prefetch'] ?? '-',
      headers['next-router-state-tree'] ?? '-',
    ].join(' ');
    edition += 1;
    const text = `${variant} of ${pathname}${search} for ${headers.cookie ?? 'anybody'}, edition ${edition}`;
    const gzip = headers['accept-encoding'] === 'gzip';
    response.writeHead(200, {
      'content-type': headers.rsc ? 'text/x-component' : 'text/html',
      vary,
      etag: '"always-the-same"',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      ...cachingOf(pathname, method),
    });
    response.end(gzip ? gzipSync(text) : text);
  });

  const edge = await openTestEdge({ upstreams: [next.address] });

  const get = (path: string, headers: Headers = []) => sendRaw(`${edge.url}${path}`, { headers });
  const asked = (path: string, method = 'GET') => next.asked(method, path);

  return { edge, next, state, get, asked, holdShop: next.hold };
}

function cachingOf(pathname: string, method = ''): Record<string, string> {
  if (pathname === '/product/personal') return { 'cache-control': 'private, no-store' };
  if (pathname === '/product/silent' || method === 'POST') return {};
  if (pathname === '/product/greeting')
    return { 'cache-control': kept, 'set-cookie': 'once_session=somebody' };
  if (/^\/(?:_next\/static|products)\//.test(pathname))
    return { 'cache-control': 'public, max-age=31536000, immutable' };
  return { 'cache-control': kept };
}
