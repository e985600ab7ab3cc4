import { type NextRequest, NextResponse } from 'next/server';
import { leadsSomewhere } from '#app/leads-somewhere.ts';
import { formRoutes } from '#lib/platform/http/form-routes.ts';
import { isPersonalPage } from '#lib/platform/http/personal-pages.ts';

/**
 * Runs before every page and API call that goes through Next's router. It sets a request id, redirects each
 * page to its one address, shows the prebuilt page "not found" for what the catalogue does not have, and
 * sets a strict content policy on pages that show or take a shopper's data. On the Node host,
 * `POST /api/orders` bypasses this file and makes its own request id.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const address = withoutTrailingSlash(request.url);
  if (address) return NextResponse.redirect(address, 308);
  const { pathname, searchParams } = request.nextUrl;
  const headers = new Headers(request.headers);
  const requestId = harmless(request.headers.get('x-request-id')) ?? crypto.randomUUID();
  headers.set('x-request-id', requestId);
  if (isOfPages(pathname)) nameOwnOrigin(headers);
  const policy = isPersonalPage(pathname) ? contentPolicy(crypto.randomUUID()) : undefined;
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
 * who would share a nonce. Those pages have the policy of next.config.ts. A document keeps its policy, so
 * links to personal pages load a new document (components/ui/site-link.tsx).
 */
function contentPolicy(nonce: string): string {
  // React's development build evaluates code to show where an error came from. This reads process.env
  // instead of lib/platform/env.ts: Next inlines the value at build time, and this file must not depend on
  // the server's configuration.
  const development = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';
  const stripe = stripeSources();
  const challenge = challengeSources();
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${stripe.script}${challenge}${development}`,
    `style-src 'self' 'unsafe-inline'${challenge}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${stripe.connect}${challenge}`,
    `frame-src 'self'${stripe.frame}${challenge}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ');
}

/**
 * What Stripe's Payment Element loads (docs.stripe.com/security/guide#content-security-policy), if the shop
 * uses it. Every personal page needs it, not only the checkout: a shopper goes from the cart to the
 * checkout within one document, which keeps its first policy.
 */
function stripeSources(): { script: string; connect: string; frame: string } {
  if (!process.env.STRIPE_PUBLISHABLE_KEY) return { script: '', connect: '', frame: '' };
  return {
    script: ' https://js.stripe.com',
    connect: ' https://api.stripe.com',
    frame: ' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  };
}

/** What the widget of the configured challenge service loads, if any. The same for every directive. */
function challengeSources(): string {
  switch (process.env.CHALLENGE_KIND) {
    case 'turnstile':
      return ' https://challenges.cloudflare.com';
    case 'hcaptcha':
      return ' https://hcaptcha.com https://*.hcaptcha.com';
    default:
      return '';
  }
}
