import { type NextRequest, NextResponse } from 'next/server';
import { leadsSomewhere } from '#app/leads-somewhere.ts';
import { contentPolicy } from '#lib/platform/http/content-policy.ts';
import { formRoutes } from '#lib/platform/http/form-routes.ts';
import { frameHeader, isFrameRequest } from '#lib/platform/http/internal-call.ts';
import { isPersonalPage } from '#lib/platform/http/personal-pages.ts';

/**
 * Runs before every page and API call that goes through Next's router. It sets a request id, redirects each
 * page to its one address, shows the prebuilt page "not found" for what the catalogue does not have, and
 * sets a strict content policy on pages that show or take a shopper's data. The Node host answers most calls
 * and pages without Next's router, and does the same for them itself.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const address = withoutTrailingSlash(request.url);
  if (address) return NextResponse.redirect(address, 308);
  const { pathname, searchParams } = request.nextUrl;
  const headers = new Headers(request.headers);
  const requestId = harmless(request.headers.get('x-request-id')) ?? crypto.randomUUID();
  headers.set('x-request-id', requestId);
  if (isOfPages(pathname)) nameOwnOrigin(headers);
  // A frame is the same for all shoppers, who would share its nonce. The host allows its scripts by their hashes.
  const isFrame = isFrameRequest(headers.get(frameHeader));
  const policy = isPersonalPage(pathname) && !isFrame ? policyWith(crypto.randomUUID()) : undefined;
  // Next reads the nonce from the request's policy and adds it to its own scripts.
  if (policy) headers.set('content-security-policy', policy);
  const response = (await leadsSomewhere(pathname))
    ? NextResponse.next({ request: { headers } })
    : NextResponse.rewrite(new URL(nothing, request.url), { request: { headers } });
  response.headers.set('x-request-id', requestId);
  if (policy) response.headers.set('content-security-policy', policy);
  // An order's link shows the order to every holder, so the browser must not send it to other pages as a
  // referrer. A query may not change the headers of other pages: caches share those between all shoppers,
  // under an address without the query.
  if (pathname.startsWith('/orders/') && searchParams.has('access')) {
    response.headers.set('referrer-policy', 'no-referrer');
  }
  return response;
}

/** An address without a page: Next answers it with its prebuilt page "not found". */
const nothing = '/nothing';

export const config = {
  // Built files and pictures are the same for all clients and need no request id.
  matcher: ['/((?!_next/static|_next/image|products/|favicon).*)'],
};

/** Route handlers check the origin themselves, including its scheme. */
function isOfPages(path: string): boolean {
  return !path.startsWith('/api/') && !formRoutes.includes(path);
}

/**
 * A form without a referrer sends `Origin: null`, which Next refuses as cross-site. `Sec-Fetch-Site`, which no
 * page can set, proves that the form is the shop's own. Next compares only the host, so any scheme works.
 */
function nameOwnOrigin(headers: Headers): void {
  const host = headers.get('host');
  if (!host || headers.get('origin') !== 'null' || headers.get('sec-fetch-site') !== 'same-origin') return;
  headers.set('origin', `https://${host}`);
}

function harmless(id: string | null): string | undefined {
  return id && /^[\w-]{8,64}$/.test(id) ? id : undefined;
}

/**
 * The canonical address of a page, or undefined if the request has it already. The API accepts both forms.
 */
function withoutTrailingSlash(address: string): URL | undefined {
  const url = new URL(address);
  if (url.pathname.startsWith('/api/') || !/.\/$/.test(url.pathname)) return undefined;
  url.pathname = url.pathname.replace(/\/+$/, '') || '/';
  return url;
}

/**
 * For pages rendered for one shopper (isPersonalPage). Catalogue pages are rendered once for all shoppers,
 * who would share a nonce. Those pages have the policy of next.config.ts, and on the Node host one with the
 * hashes of their scripts. A document keeps its policy, so every link loads a document.
 */
function policyWith(nonce: string): string {
  // React's development build evaluates code to show where an error came from. This reads process.env
  // instead of lib/platform/env.ts: Next inlines the values at build time, and this file must not depend on
  // the server's configuration.
  const { STRIPE_PUBLISHABLE_KEY, CHALLENGE_KIND } = process.env;
  const development = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';
  return contentPolicy(`'nonce-${nonce}' 'strict-dynamic'${development}`, {
    STRIPE_PUBLISHABLE_KEY,
    CHALLENGE_KIND,
  });
}
