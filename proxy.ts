import { type NextRequest, NextResponse } from 'next/server';
import { leadsSomewhere } from '#app/leads-somewhere.ts';
import { formRoutes } from '#lib/platform/http/form-routes.ts';
import { isPersonalPage } from '#lib/platform/http/personal-pages.ts';

/**
 * In front of every page and call that goes through Next's router: a request id for each, one
 * address for each page, the kept page "not found" for what the catalogue does not have, and a strict
 * content policy for the pages that show or take a shopper's data. `POST /api/orders` on the Node host
 * does not come this way and makes its own id.
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
  // Next reads the nonce from the request's policy and puts it on its own scripts.
  if (policy) headers.set('content-security-policy', policy);
  const response = (await leadsSomewhere(pathname))
    ? NextResponse.next({ request: { headers } })
    : NextResponse.rewrite(new URL(nothing, request.url), { request: { headers } });
  response.headers.set('x-request-id', requestId);
  if (policy) response.headers.set('content-security-policy', policy);
  // The link of an order shows it to whoever has it, so it is told to no other page. What a query says
  // sets nothing of any other page: caches keep those for everybody, and under an address without one.
  if (pathname.startsWith('/orders/') && searchParams.has('access')) {
    response.headers.set('referrer-policy', 'no-referrer');
  }
  return response;
}

/** An address that no page has: Next answers it with its page "not found", which was drawn by the build. */
const nothing = '/nothing';

export const config = {
  // Built files and pictures are the same for everybody and carry no id.
  matcher: ['/((?!_next/static|_next/image|products/|favicon).*)'],
};

/** Route handlers judge an origin themselves, by its scheme too. */
function isOfPages(path: string): boolean {
  return !path.startsWith('/api/') && !formRoutes.includes(path);
}

/**
 * A form without a referrer says `Origin: null`, and Next then takes its server action for another
 * site's. `Sec-Fetch-Site`, which no page can set, says that it is the shop's own. Next compares the
 * host alone, so any scheme will do.
 */
function nameOwnOrigin(headers: Headers): void {
  const host = headers.get('host');
  if (!host || headers.get('origin') !== 'null' || headers.get('sec-fetch-site') !== 'same-origin') return;
  headers.set('origin', `https://${host}`);
}

function harmless(id: string | null): string | undefined {
  return id && /^[\w-]{8,64}$/.test(id) ? id : undefined;
}

/** The one address of a page, or undefined for a request that has it. Calls of the API take both. */
function withoutTrailingSlash(address: string): URL | undefined {
  const url = new URL(address);
  if (url.pathname.startsWith('/api/') || !/.\/$/.test(url.pathname)) return undefined;
  url.pathname = url.pathname.replace(/\/+$/, '') || '/';
  return url;
}

/**
 * For pages rendered for one shopper (isPersonalPage). The catalogue's pages are rendered once for
 * all, so a nonce in them would be everybody's: they have the policy of next.config.ts. A document
 * keeps its policy, so links to these pages load a new one (components/ui/site-link.tsx).
 */
function contentPolicy(nonce: string): string {
  // React's development build evaluates code to show where an error came from. Read here and not
  // through lib/platform/env.ts, because Next writes the value in when it builds, and this file stays apart
  // from the server's configuration.
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
 * What Stripe's Payment Element loads (docs.stripe.com/security/guide#content-security-policy), where
 * the shop uses it. On every personal page and not only where cards are taken: a shopper comes from the
 * cart to the checkout within one document, which keeps the policy that it began with.
 */
function stripeSources(): { script: string; connect: string; frame: string } {
  if (!process.env.STRIPE_PUBLISHABLE_KEY) return { script: '', connect: '', frame: '' };
  return {
    script: ' https://js.stripe.com',
    connect: ' https://api.stripe.com',
    frame: ' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  };
}

/** What the widget of a challenge service loads, where the shop asks one: the same for every directive. */
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
