import * as cartLine from '#app/api/cart/lines/[sku]/route.ts';
import * as cart from '#app/api/cart/route.ts';
import * as checkout from '#app/api/checkout/route.ts';
import * as cronJobs from '#app/api/cron/jobs/route.ts';
import * as health from '#app/api/health/route.ts';
import * as metrics from '#app/api/metrics/route.ts';
import * as openapi from '#app/api/openapi.json/route.ts';
import * as orderAccess from '#app/api/order-access/route.ts';
import * as cancel from '#app/api/orders/[id]/cancel/route.ts';
import * as payments from '#app/api/orders/[id]/payments/route.ts';
import * as order from '#app/api/orders/[id]/route.ts';
import * as orders from '#app/api/orders/route.ts';
import * as product from '#app/api/products/[slug]/route.ts';
import * as products from '#app/api/products/route.ts';
import * as ready from '#app/api/ready/route.ts';
import * as submission from '#app/api/submissions/[token]/route.ts';
import * as paymentWebhook from '#app/api/webhooks/payments/route.ts';
import * as paymentReturn from '#app/orders/[id]/payment-return/route.ts';

/** Sends a request and resolves with its answer: from the handlers in this process, or over a socket. */
export type Call = (path: string, init?: RequestInit) => Promise<Response>;

const origin = 'http://shop.test';

type Handler = (request: Request, context: never) => Promise<Response>;

/** Next's file routes, which the tests call without Next. */
const routes: [RegExp, Record<string, unknown>][] = [
  [/^\/api\/cron\/jobs$/, cronJobs],
  [/^\/api\/health$/, health],
  [/^\/api\/metrics$/, metrics],
  [/^\/api\/openapi.json$/, openapi],
  [/^\/api\/ready$/, ready],
  [/^\/api\/cart$/, cart],
  [/^\/api\/cart\/lines\/(?<sku>[^/]+)$/, cartLine],
  [/^\/api\/checkout$/, checkout],
  [/^\/api\/products$/, products],
  [/^\/api\/products\/(?<slug>[^/]+)$/, product],
  [/^\/api\/order-access$/, orderAccess],
  [/^\/api\/orders$/, orders],
  [/^\/api\/orders\/(?<id>[^/]+)$/, order],
  [/^\/api\/orders\/(?<id>[^/]+)\/cancel$/, cancel],
  [/^\/api\/orders\/(?<id>[^/]+)\/payments$/, payments],
  [/^\/api\/webhooks\/payments$/, paymentWebhook],
  [/^\/orders\/(?<id>[^/]+)\/payment-return$/, paymentReturn],
  [/^\/api\/submissions\/(?<token>[^/]+)$/, submission],
];

/** Calls the route handlers with real `Request`s. */
export const callHandlers: Call = async (path, init = {}) => {
  const url = new URL(path, origin);
  for (const [pattern, module] of routes) {
    const match = url.pathname.match(pattern);
    if (!match) continue;
    const handler = module[init.method ?? 'GET'] as Handler | undefined;
    if (!handler) return new Response(null, { status: 405 });
    const params = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    return handler(new Request(url, { ...init, redirect: 'manual' }), {
      params: Promise.resolve(params),
    } as never);
  }
  return new Response(null, { status: 404 });
};

/** Calls a running shop. */
export function callUrl(base: string): Call {
  return (path, init) => fetch(new URL(path, base), { ...init, redirect: 'manual' });
}
