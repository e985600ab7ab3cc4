import type { Bench } from '#proof/bench/bench.ts';
import { documentHeaders, scriptHeaders } from '#proof/bench/browser/headers.ts';
import type { BrowserRequest } from '#proof/bench/browser/lane.ts';
import type { Kind } from '#proof/bench/calls/measure-kind.ts';
import { cachedPages, jsonCalls } from '#proof/bench/calls/names.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { sessionHeader } from '#proof/bench/load/orders.ts';
import type { Item } from '#proof/bench/purchase/shopper.ts';

/** How many shoppers take turns. More than there are connections, so that no two edits of a cart meet. */
const shoppers = 200;

/**
 * The carts that a call edits alternate between these quantities, so that every edit is a real one. No other
 * number of a cart is as large, so that a quantity is recognised among the values of a statement.
 */
const quantities = [7, 8];

/** A shopper with an open cart of one line, or with an order. */
export interface Caller {
  userId: string;
  cartId: string;
  sku: string;
  orderId: string | undefined;
}

/** Shoppers with an open cart, and shoppers with an order. */
export interface Callers {
  carts: Caller[];
  orders: Caller[];
}

export async function prepareCallers({ harness, options, shop, prepareOrders }: Bench): Promise<Callers> {
  const open = await prepareOrders(shoppers);
  const ordered = await prepareOrders(shoppers);
  await saturate(
    shop,
    ordered.map(({ request }) => request),
    { connections: options.connections },
  );
  const { rows } = await harness.client.query<{ cartId: string; id: string }>(
    'SELECT cart_id AS "cartId", id FROM orders WHERE cart_id = ANY ($1::uuid[])',
    [ordered.map(({ cartId }) => cartId)],
  );
  const orderOf = new Map(rows.map(({ cartId, id }) => [cartId, id]));
  return {
    carts: open.map(({ userId, cartId, sku }) => ({ userId, cartId, sku, orderId: undefined })),
    orders: ordered.map(({ userId, cartId, sku }) => ({
      userId,
      cartId,
      sku,
      orderId: orderOf.get(cartId),
    })),
  };
}

/** JSON calls as the shop's pages and headless clients send them. */
export function jsonKinds(origin: string, { carts, orders }: Callers): Kind[] {
  const call = (
    method: 'GET' | 'PUT',
    url: string,
    page: string,
    { userId }: Caller,
    body?: string,
  ): BrowserRequest => {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = scriptHeaders({ method, from: origin + page, noStore: method === 'GET', headers: type });
    return {
      method,
      url,
      headers: { host: new URL(origin).host, ...headers, ...sessionHeader(userId) },
      body,
    };
  };
  const quote = `/api/checkout?${new URLSearchParams({ shippingMethod: 'standard', country: 'US' })}`;
  const edit = (quantity: number) => (caller: Caller) =>
    call('PUT', `/api/cart/lines/${caller.sku}`, '/cart', caller, JSON.stringify({ quantity }));
  const requests: Record<(typeof jsonCalls)[number], BrowserRequest[]> = {
    cart: carts.map((caller) => call('GET', '/api/cart', '/cart', caller)),
    'cart edit': quantities.flatMap((quantity) => carts.map(edit(quantity))),
    quote: carts.map((caller) => call('GET', quote, '/checkout', caller)),
    'order status': orders.map((caller) =>
      call('GET', `/api/orders/${caller.orderId}`, `/orders/${caller.orderId}`, caller),
    ),
  };
  const shown = {
    cart: '"lines":[{',
    'cart edit': '"quantity":7',
    quote: '"submitToken"',
    'order status': '"placedAt"',
  };
  return jsonCalls.map((name) => ({ name, requests: requests[name], shown: shown[name] }));
}

/** What open pages ask by themselves: a product page once, and each page of a shopper with a cart. */
export function backgroundKinds(origin: string, item: Item, { carts }: Callers): Kind[] {
  const host = { host: new URL(origin).host };
  const call = (url: string, page: string, cookies: { cookie?: string } = {}) => ({
    method: 'GET' as const,
    url,
    headers: {
      ...host,
      ...scriptHeaders({ method: 'GET', from: origin + page, noStore: true }),
      ...cookies,
    },
  });
  const { slug } = item.product;
  return [
    { name: 'stock', requests: [call(`/stock/${slug}`, `/product/${slug}`)], shown: item.sku },
    {
      name: 'cart state',
      requests: carts.map(({ userId }) => call('/cart/state', '/cart', sessionHeader(userId))),
      shown: '"count":',
    },
  ];
}

/** Catalogue pages, which are rendered once for all shoppers. */
export function pageKinds(origin: string, item: Item): Kind[] {
  const page = (url: string) => ({
    method: 'GET' as const,
    url,
    headers: { host: new URL(origin).host, ...documentHeaders(`${origin}/`) },
  });
  return [
    { name: cachedPages[0], requests: [page('/')], shown: `/category/${item.category.slug}` },
    { name: cachedPages[1], requests: [page(`/product/${item.product.slug}`)], shown: item.product.slug },
  ];
}
