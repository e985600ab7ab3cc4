import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { type PageRequest, pageRequestOf } from '#app/_personal/page-request.ts';
import { readCheckoutPage } from '#app/(checkout)/checkout/read-checkout-page.ts';
import { readCartPage } from '#app/(shop)/cart/read-cart-page.ts';
import { readOrderPage } from '#app/(shop)/orders/[id]/read-order-page.ts';
import { contentAttribute, viewId } from '#components/page/page-parts.ts';
import type { renderPage } from '#components/pages.tsx';
import { accepts } from '#host/encoding.ts';
import type { Handler } from '#host/pages/ask-next.ts';
import { type Frame, fill, makeFrames } from '#host/pages/frames.ts';
import { requestIdFrom } from '#lib/platform/http/http.ts';
import { securityHeaders } from '#lib/platform/http/security-headers.ts';
import { logger } from '#lib/platform/logger.ts';

/** A shopper's own pages, which the host renders itself. */
export interface PersonalPages {
  /** Sends the page that a request asks for, if it is one of these. Returns whether it does. */
  send(request: IncomingMessage, response: ServerResponse): boolean;
  /** Renders the frames again: the menu has changed. */
  expire(): void;
}

interface Page {
  name: Parameters<typeof renderPage>[0];
  path: RegExp;
  /** The address of its frame: any that has the page. */
  frame: string;
  read: (request: PageRequest) => Promise<object>;
}

const pages: Page[] = [
  { name: 'cart', path: /^\/cart$/, frame: '/cart', read: readCartPage },
  { name: 'checkout', path: /^\/checkout$/, frame: '/checkout', read: readCheckoutPage },
  { name: 'order', path: /^\/orders\/(?<id>[\w-]+)$/, frame: '/orders/frame', read: readOrderPage },
];

/**
 * `passOn` is Next, which answers when a page can't be rendered here: it has a page for that. `root` has the
 * bundle and the scripts that `npm run build` has made (scripts/launch/parts/build-pages.ts).
 */
export async function makePersonalPages(
  root: string,
  handle: Handler,
  passOn: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<PersonalPages> {
  const bundle = await loadBundle(path.join(root, '.next', 'once'));
  const frames = makeFrames(handle);
  const frameOf = ({ name, frame }: Page) => frames.get(frame, bundle.scripts[name]);

  async function answer(page: Page, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', headers, method } = request;
    const asked = pageRequestOf(headers.cookie, searchOf(url), pathOf(url).match(page.path)?.groups);
    const [frame, view] = await Promise.all([frameOf(page), page.read(asked)]);
    if (!frame) return passOn(request, response);
    const gzip = accepts('gzip', headers['accept-encoding']);
    const body = fill(frame, contentOf(bundle.renderPage(page.name, view), view), gzip);
    response.writeHead('kind' in view && view.kind === 'not_found' ? 404 : 200, {
      ...headersOf(frame, requestIdFrom(headers['x-request-id'] as string | undefined)),
      // An order's link shows the order to every holder, so browsers must not send it to other pages.
      ...(asked.query.access !== undefined && { 'referrer-policy': 'no-referrer' }),
      ...(gzip && { 'content-encoding': 'gzip' }),
      'content-length': body.length,
    });
    response.end(method === 'HEAD' ? null : body);
  }

  return {
    send(request, response) {
      const { method, url = '/', headers } = request;
      if ((method !== 'GET' && method !== 'HEAD') || headers.rsc !== undefined) return false;
      const address = pathOf(url);
      const page = pages.find((one) => one.path.test(address));
      if (!page) return false;
      answer(page, request, response).catch((error) => {
        logger().warn({ path: address, err: error }, 'a page is left to Next');
        passOn(request, response);
      });
      return true;
    },
    expire: frames.expire,
  };
}

interface Bundle {
  renderPage: typeof renderPage;
  /** The address of a page's own script, which replaces Next's. A page without one has Next's. */
  scripts: Partial<Record<Page['name'], string>>;
}

async function loadBundle(folder: string): Promise<Bundle> {
  const [code, scripts] = [path.join(folder, 'pages.mjs'), path.join(folder, 'scripts.json')];
  if (!existsSync(scripts)) {
    throw new Error(`${scripts} is missing: run "npm run build", not only "next build"`);
  }
  return { ...(await import(code)), scripts: JSON.parse(readFileSync(scripts, 'utf8')) };
}

const pathOf = (url: string) => url.split('?', 1)[0] ?? '';
const searchOf = (url: string) => url.slice(pathOf(url).length + 1);

/** The HTML and the view. A `<` in the view could end the script. */
function contentOf(html: string, view: unknown): string {
  const json = JSON.stringify(view).replaceAll('<', '\\u003c');
  return `<div ${contentAttribute}="">${html}</div><script type="application/json" id="${viewId}">${json}</script>`;
}

function headersOf({ policy, link }: Frame, requestId: string): Record<string, string> {
  return {
    ...securityHeaders,
    'content-security-policy': policy,
    ...(link && { link }),
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-cache, no-store, max-age=0, must-revalidate',
    vary: 'Accept-Encoding',
    'x-request-id': requestId,
  };
}
